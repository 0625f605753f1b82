package io.github.gpt2djl.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.gpt2djl.checkpoint.MalformedCheckpointException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * What a tokenizer.json does to a text before byte-pair encoding, of steps that are known to end: a regular expression
 * in a file may run forever, and some steps of Hugging Face's tokenizers end the whole process on odd values.
 *
 * @param normalizers in order
 * @param preTokenizers in order
 */
record Pipeline(List<Part> normalizers, List<Part> preTokenizers) {
    private static final int MOST_STEPS = 16;
    private static final int LONGEST_PREFIX = 16;
    private static final double MOST_GROWTH = 8;

    /** What a key may hold. */
    private record Kind(String expected, boolean optional, Predicate<JsonElement> fits) {}

    private static final Kind FLAG = new Kind("true or false", false, Part::isFlag);
    private static final Kind MAYBE =
            new Kind("true, false or null", true, json -> json.isJsonNull() || Part.isFlag(json));
    private static final Kind USUALLY = new Kind("true or false", true, Part::isFlag);
    private static final Kind TEXT = new Kind("a text of well-formed Unicode", false, Part::isText);
    private static final Kind PREFIX = new Kind(
            "a text of 1 to " + LONGEST_PREFIX + " characters",
            false,
            json -> Part.isText(json)
                    && !json.getAsString().isEmpty()
                    && json.getAsString().length() <= LONGEST_PREFIX);
    private static final Kind PATTERN = new Kind(
            "{\"String\":\"some text\"}; regular expressions are not supported",
            false,
            json -> json instanceof JsonObject pattern
                    && pattern.size() == 1
                    && pattern.has("String")
                    && Part.isText(pattern.get("String"))
                    && !pattern.get("String").getAsString().isEmpty());
    private static final Set<String> BEHAVIORS =
            new TreeSet<>(Set.of("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"));
    private static final Kind BEHAVIOR = behavior(false);
    private static final Kind USUAL_BEHAVIOR = behavior(true);

    private static final Map<String, Map<String, Kind>> NORMALIZERS = Map.of(
            "BertNormalizer",
                    Map.of("clean_text", FLAG, "handle_chinese_chars", FLAG, "strip_accents", MAYBE, "lowercase", FLAG),
            "NFC", Map.of(),
            "NFD", Map.of(),
            "NFKC", Map.of(),
            "NFKD", Map.of(),
            "Lowercase", Map.of(),
            "Strip", Map.of("strip_left", FLAG, "strip_right", FLAG),
            "StripAccents", Map.of(),
            "Prepend", Map.of("prepend", PREFIX),
            "Replace", Map.of("pattern", PATTERN, "content", TEXT));

    private static final Map<String, Map<String, Kind>> PRE_TOKENIZERS = Map.of(
            "ByteLevel", Map.of("add_prefix_space", FLAG, "trim_offsets", FLAG, "use_regex", USUALLY),
            "BertPreTokenizer", Map.of(),
            "Digits", Map.of("individual_digits", FLAG),
            "Punctuation", Map.of("behavior", USUAL_BEHAVIOR),
            "Whitespace", Map.of(),
            "WhitespaceSplit", Map.of(),
            "Split", Map.of("pattern", PATTERN, "behavior", BEHAVIOR, "invert", FLAG));

    private static Kind behavior(boolean optional) {
        return new Kind(
                String.join(" or ", BEHAVIORS),
                optional,
                json -> Part.isText(json) && BEHAVIORS.contains(json.getAsString()));
    }

    static Pipeline read(Part whole) throws MalformedCheckpointException {
        Pipeline pipeline = new Pipeline(
                steps(whole, "normalizer", "normalizers", NORMALIZERS),
                steps(whole, "pre_tokenizer", "pretokenizers", PRE_TOKENIZERS));
        double growth = 1;
        for (Part step : pipeline.normalizers) {
            if ("Replace".equals(step.text("type"))) {
                int from = step.json()
                        .getAsJsonObject("pattern")
                        .get("String")
                        .getAsString()
                        .length();
                growth *= Math.max(1, step.json().get("content").getAsString().length() / (double) from);
            }
        }
        if (growth > MOST_GROWTH) {
            throw whole.error("the normalizer's Replace makes a text up to " + growth
                    + " times as long, expected at most " + MOST_GROWTH + " times");
        }
        return pipeline;
    }

    private static List<Part> steps(Part whole, String key, String list, Map<String, Map<String, Kind>> known)
            throws MalformedCheckpointException {
        List<Part> steps = new ArrayList<>();
        Part first = whole.part(key);
        if (first != null) {
            add(first, list, steps);
        }
        if (steps.size() > MOST_STEPS) {
            throw whole.error(key + " has " + steps.size() + " steps, expected at most " + MOST_STEPS);
        }
        Set<String> seen = new HashSet<>();
        for (Part step : steps) {
            String type = String.valueOf(step.text("type"));
            Map<String, Kind> keys = known.get(type);
            if (keys == null) {
                throw step.wrong("type", String.join(", ", new TreeSet<>(known.keySet())) + " or a Sequence of them");
            }
            check(step, keys);
            // Twice one that lengthens a text, with others between, could lengthen it without end.
            if (!seen.add(type) && !type.equals("Replace") && !type.equals("Split")) {
                throw step.error(key + " has " + type + " twice, expected it once");
            }
        }
        return steps;
    }

    private static void add(Part step, String list, List<Part> steps) throws MalformedCheckpointException {
        if ("Sequence".equals(step.text("type"))) {
            step.onlyKeys(List.of("type", list));
            for (Part part : step.parts(list)) {
                add(part, list, steps);
            }
        } else {
            steps.add(step);
        }
    }

    private static void check(Part step, Map<String, Kind> keys) throws MalformedCheckpointException {
        Set<String> all = new TreeSet<>(keys.keySet());
        all.add("type");
        step.onlyKeys(all);
        for (Map.Entry<String, Kind> key : keys.entrySet()) {
            JsonElement value = step.json().get(key.getKey());
            Kind kind = key.getValue();
            if (value == null ? !kind.optional() : !kind.fits().test(value)) {
                throw step.wrong(key.getKey(), kind.expected());
            }
        }
    }

    /** Whether the text itself changes before the tokens of {@code added_tokens} are looked for. */
    boolean normalizes() {
        return !normalizers.isEmpty();
    }

    /** GPT-2's own: its regular expression on the text as it is, and nothing else. */
    boolean isGpt2() throws MalformedCheckpointException {
        if (normalizes() || preTokenizers.size() != 1) {
            return false;
        }
        Part only = preTokenizers.get(0);
        return "ByteLevel".equals(only.text("type"))
                && !only.flag("add_prefix_space")
                && (only.flag("use_regex") || !only.json().has("use_regex"));
    }

    /** The keys {@code normalizer} and {@code pre_tokenizer}, where there are such steps. */
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

    private static JsonObject sequence(String list, List<Part> steps) {
        JsonArray all = new JsonArray();
        steps.forEach(step -> all.add(step.json()));
        JsonObject sequence = new JsonObject();
        sequence.addProperty("type", "Sequence");
        sequence.add(list, all);
        return sequence;
    }
}
