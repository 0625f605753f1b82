package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.json.StrictJson;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The steps of a tokenizer.json before words are spelled. All of them are known to end: a regular expression in a file
 * may run forever, and some steps of Hugging Face's tokenizers end the whole process on odd values.
 *
 * @param normalizers the normalizers in order
 * @param preTokenizers the pre-tokenizers in order
 */
record Pipeline(List<StrictJson> normalizers, List<StrictJson> preTokenizers) {
    private static final int MOST_STEPS = 32;

    /**
     * The steps that change as much the second time as the first, if anything. Other steps could lengthen a text twice.
     */
    private static final Set<String> REPEATED =
            Set.of("Replace", "Split", "CharDelimiterSplit", "Digits", "Punctuation");

    /** @param trusted whether any regular expression is accepted */
    static Pipeline read(StrictJson whole, boolean trusted) throws MalformedCheckpointException {
        Pipeline pipeline = new Pipeline(
                steps(whole, "normalizer", "normalizers", StepKeys.NORMALIZERS),
                steps(whole, "pre_tokenizer", "pretokenizers", StepKeys.PRE_TOKENIZERS));
        for (StrictJson step : pipeline.normalizers) {
            StepPattern.check(step, trusted);
            StepPattern.checkNormalizer(step);
        }
        for (StrictJson step : pipeline.preTokenizers) {
            StepPattern.check(step, trusted);
            if ("Metaspace".equals(step.text("type"))) {
                Metaspace.check(step);
            }
        }
        if (!trusted) {
            StepPattern.checkGrowth(whole, "normalizer", pipeline.normalizers);
        }
        return pipeline;
    }

    private static List<StrictJson> steps(
            StrictJson whole, String key, String list, Map<String, Map<String, StepKeys.Kind>> known)
            throws MalformedCheckpointException {
        List<StrictJson> steps = new ArrayList<>();
        StrictJson first = whole.part(key);
        if (first != null) {
            add(first, list, steps);
        }
        if (steps.size() > MOST_STEPS) {
            throw whole.error(key + " has " + steps.size() + " steps, expected at most " + MOST_STEPS);
        }
        Set<String> seen = new HashSet<>();
        for (StrictJson step : steps) {
            String type = String.valueOf(step.text("type"));
            Map<String, StepKeys.Kind> keys = known.get(type);
            if (keys == null) {
                throw step.wrong("type", String.join(", ", new TreeSet<>(known.keySet())) + " or a Sequence of them");
            }
            StepKeys.check(step, keys);
            // A repeated step that lengthens a text could, with others in between, lengthen the text without end.
            if (!seen.add(type) && !REPEATED.contains(type)) {
                throw step.error(key + " has " + type + " twice, expected it once");
            }
        }
        return steps;
    }

    private static void add(StrictJson step, String list, List<StrictJson> steps) throws MalformedCheckpointException {
        if ("Sequence".equals(step.text("type"))) {
            step.onlyKeys(List.of("type", list));
            for (StrictJson part : step.parts(list)) {
                add(part, list, steps);
            }
        } else {
            steps.add(step);
        }
    }

    /** Tells whether there is a regular expression, on which the native library gives up after ten million steps. */
    boolean hasExpression() {
        return Stream.concat(normalizers.stream(), preTokenizers.stream()).anyMatch(StepPattern::hasRegex);
    }

    /** Tells whether the text itself changes before the tokens of {@code added_tokens} are looked for. */
    boolean normalizes() {
        return !normalizers.isEmpty();
    }

    /** Tells whether the steps are GPT-2's: its regular expression on the unchanged text, and nothing else. */
    boolean isGpt2() throws MalformedCheckpointException {
        if (normalizes() || preTokenizers.size() != 1) {
            return false;
        }
        StrictJson only = preTokenizers.get(0);
        return "ByteLevel".equals(only.text("type"))
                && !only.flag("add_prefix_space")
                && (only.flag("use_regex") || !only.json().has("use_regex"));
    }

    /** Returns the keys {@code normalizer} and {@code pre_tokenizer}, if there are such steps. */
    JsonObject json() {
        JsonObject json = new JsonObject();
        if (normalizes()) {
            json.add("normalizer", sequence("normalizers", normalizers));
        }
        if (!preTokenizers.isEmpty()) {
            json.add("pre_tokenizer", sequence("pretokenizers", preTokenizers));
        }
        return json;
    }

    private static JsonObject sequence(String list, List<StrictJson> steps) {
        JsonArray all = new JsonArray();
        steps.forEach(step -> all.add(StepPattern.faster(step)));
        JsonObject sequence = new JsonObject();
        sequence.addProperty("type", "Sequence");
        sequence.add(list, all);
        return sequence;
    }
}
