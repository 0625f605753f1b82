package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.JsonObject;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.json.StrictJson;
import java.util.List;

/**
 * The pattern of a step, {@code {"String": …}} or {@code {"Regex": …}}, and the growth of a text by its replacements.
 */
final class StepPattern {
    static final String TEXT = "String";
    static final String REGEX = "Regex";
    private static final double MOST_GROWTH = 8;

    private StepPattern() {}

    /**
     * Rejects expressions that may run forever.
     *
     * @param trusted whether any regular expression is accepted
     */
    static void check(StrictJson step, boolean trusted) throws MalformedCheckpointException {
        StrictJson pattern = step.part("pattern");
        if (pattern != null && "".equals(pattern.text(TEXT)) && isReplace(step)) {
            throw step.wrong("pattern", "a text that is not empty");
        }
        String expression = pattern == null ? null : pattern.text(REGEX);
        if (expression != null && !trusted && !Patterns.ends(expression)) {
            throw step.wrong(
                    "pattern",
                    "a text, or a regular expression of a published model; another one may never come to an end. If you"
                            + " trust the model's files, load them with LoadOptions.withTrustedFiles(true)"
                            + " (--trust-files)");
        }
    }

    /** Rejects a normalizer's expression on which the native library ends the process in the following steps. */
    static void checkNormalizer(StrictJson step) throws MalformedCheckpointException {
        if (isReplace(step) && hasRegex(step) && Patterns.findsNothing(regex(step)) && content(step) > 0) {
            throw step.wrong(
                    "pattern",
                    "a regular expression that is not found between two characters: Hugging Face's tokenizers fails on"
                            + " the text then");
        }
    }

    /**
     * Rejects Replace steps that could together fill the memory.
     *
     * @param key the key of the steps, for the message
     */
    static void checkGrowth(StrictJson whole, String key, List<StrictJson> steps) throws MalformedCheckpointException {
        double growth = 1;
        for (StrictJson step : steps) {
            growth *= isReplace(step) ? growth(step) : 1;
        }
        if (growth > MOST_GROWTH) {
            throw whole.error("the " + key + "'s Replace makes a text up to " + growth
                    + " times as long, expected at most " + MOST_GROWTH + " times");
        }
    }

    /** Returns the factor by which a text may become longer. */
    private static double growth(StrictJson replace) {
        double content = content(replace);
        JsonObject pattern = replace.json().getAsJsonObject("pattern");
        if (pattern.has(TEXT)) {
            return Math.max(1, content / pattern.get(TEXT).getAsString().length());
        }
        return Math.max(1, content + (Patterns.findsNothing(regex(replace)) ? 1 : 0));
    }

    /** Returns the step with a faster expression of equal matches, if there is one. */
    static JsonObject faster(StrictJson step) {
        if (!hasRegex(step)) {
            return step.json();
        }
        JsonObject json = step.json().deepCopy();
        json.getAsJsonObject("pattern").addProperty(REGEX, Patterns.faster(regex(step)));
        return json;
    }

    static boolean hasRegex(StrictJson step) {
        return step.json().get("pattern") instanceof JsonObject pattern && pattern.has(REGEX);
    }

    private static String regex(StrictJson step) {
        return step.json().getAsJsonObject("pattern").get(REGEX).getAsString();
    }

    private static int content(StrictJson replace) {
        return replace.json().get("content").getAsString().length();
    }

    private static boolean isReplace(StrictJson step) throws MalformedCheckpointException {
        return "Replace".equals(step.text("type"));
    }
}
