package io.github.gpt2djl.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.gpt2djl.checkpoint.MalformedCheckpointException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a tokenizer.json does to a text before its words are spelled, of steps that are known to end: a regular
 * expression in a file may run forever, and some steps of Hugging Face's tokenizers end the whole process on odd values.
 *
 * @param normalizers in order
 * @param preTokenizers in order
 */
record Pipeline(List<Part> normalizers, List<Part> preTokenizers) {
    private static final String STRING = "String";
    private static final String REGEX = "Regex";
    private static final int MOST_STEPS = 32;
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
            "{\"String\":\"some text\"} or {\"Regex\":\"a regular expression\"}",
            false,
            json -> json instanceof JsonObject pattern
                    && pattern.size() == 1
                    && (pattern.has(STRING) || pattern.has(REGEX))
                    && Part.isText(pattern.asMap().values().iterator().next()));
    private static final Kind CHARACTER = new Kind(
            "one character",
            false,
            json -> Part.isText(json)
                    && json.getAsString().codePointCount(0, json.getAsString().length()) == 1);
    private static final Kind CHARSMAP =
            new Kind("a table of SentencePiece in Base64, whole", false, json -> charsmap(json) != null);
    private static final Kind LENGTH = new Kind(
            "a whole number of 1 to 1,000,000",
            false,
            json -> json instanceof JsonPrimitive number
                    && number.isNumber()
                    && number.getAsString().matches("[1-9]\\d{0,5}|1000000"));
    private static final Kind ANY = new Kind("anything", true, json -> true);
    private static final Set<String> BEHAVIORS =
            new TreeSet<>(Set.of("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"));
    private static final Kind BEHAVIOR = behavior(false);
    private static final Kind USUAL_BEHAVIOR = behavior(true);

    private static final Map<String, Map<String, Kind>> NORMALIZERS = Map.ofEntries(
            Map.entry(
                    "BertNormalizer",
                    Map.of(
                            "clean_text",
                            FLAG,
                            "handle_chinese_chars",
                            FLAG,
                            "strip_accents",
                            MAYBE,
                            "lowercase",
                            FLAG)),
            Map.entry("ByteLevel", Map.of()),
            Map.entry("NFC", Map.of()),
            Map.entry("NFD", Map.of()),
            Map.entry("NFKC", Map.of()),
            Map.entry("NFKD", Map.of()),
            Map.entry("Nmt", Map.of()),
            Map.entry("Lowercase", Map.of()),
            Map.entry("Strip", Map.of("strip_left", FLAG, "strip_right", FLAG)),
            Map.entry("StripAccents", Map.of()),
            Map.entry("Precompiled", Map.of("precompiled_charsmap", CHARSMAP)),
            Map.entry("Prepend", Map.of("prepend", PREFIX)),
            Map.entry("Replace", Map.of("pattern", PATTERN, "content", TEXT)));

    private static final Map<String, Map<String, Kind>> PRE_TOKENIZERS = Map.ofEntries(
            Map.entry("ByteLevel", Map.of("add_prefix_space", FLAG, "trim_offsets", FLAG, "use_regex", USUALLY)),
            Map.entry("BertPreTokenizer", Map.of()),
            Map.entry("CharDelimiterSplit", Map.of("delimiter", CHARACTER)),
            Map.entry("Digits", Map.of("individual_digits", FLAG)),
            Map.entry("FixedLength", Map.of("length", LENGTH)),
            Map.entry(
                    "Metaspace",
                    Map.of(
                            "replacement",
                            CHARACTER,
                            "prepend_scheme",
                            ANY,
                            "add_prefix_space",
                            ANY,
                            "split",
                            ANY,
                            "str_rep",
                            ANY)),
            Map.entry("Punctuation", Map.of("behavior", USUAL_BEHAVIOR)),
            Map.entry("UnicodeScripts", Map.of()),
            Map.entry("Whitespace", Map.of()),
            Map.entry("WhitespaceSplit", Map.of()),
            Map.entry("Split", Map.of("pattern", PATTERN, "behavior", BEHAVIOR, "invert", FLAG)));

    /** Steps that change as much the second time as the first, if anything; others could lengthen a text twice. */
    private static final Set<String> REPEATED =
            Set.of("Replace", "Split", "CharDelimiterSplit", "Digits", "Punctuation");

    private static Kind behavior(boolean optional) {
        return new Kind(
                String.join(" or ", BEHAVIORS),
                optional,
                json -> Part.isText(json) && BEHAVIORS.contains(json.getAsString()));
    }

    /** @param trusted whether any regular expression is taken */
    static Pipeline read(Part whole, boolean trusted) throws MalformedCheckpointException {
        Pipeline pipeline = new Pipeline(
                steps(whole, "normalizer", "normalizers", NORMALIZERS),
                steps(whole, "pre_tokenizer", "pretokenizers", PRE_TOKENIZERS));
        double growth = 1;
        for (Part step : pipeline.normalizers) {
            checkPattern(step, trusted);
            if ("Replace".equals(step.text("type"))) {
                growth *= growth(step);
            }
        }
        for (Part step : pipeline.preTokenizers) {
            checkPattern(step, trusted);
            if ("Metaspace".equals(step.text("type"))) {
                Metaspace.check(step);
            }
        }
        if (growth > MOST_GROWTH && !trusted) {
            throw whole.error("the normalizer's Replace makes a text up to " + growth
                    + " times as long, expected at most " + MOST_GROWTH + " times");
        }
        return pipeline;
    }

    static void checkPattern(Part step, boolean trusted) throws MalformedCheckpointException {
        Part pattern = step.part("pattern");
        if (pattern != null && "".equals(pattern.text(STRING)) && "Replace".equals(step.text("type"))) {
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

    /** How many times as long a text may become. */
    private static double growth(Part replace) {
        JsonObject pattern = replace.json().getAsJsonObject("pattern");
        int content = replace.json().get("content").getAsString().length();
        if (pattern.has(STRING)) {
            return Math.max(
                    1, content / (double) pattern.get(STRING).getAsString().length());
        }
        // An unknown expression may be found between any two characters, too.
        boolean between =
                content > 0 && !Patterns.isPublished(pattern.get(REGEX).getAsString());
        return Math.max(1, content + (between ? 1 : 0));
    }

    /** The table of a Precompiled step, or null if it is damaged. */
    static @Nullable Charsmap charsmap(JsonElement json) {
        try {
            return Part.isText(json) ? Charsmap.read(Base64.getDecoder().decode(json.getAsString())) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
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
            if (!seen.add(type) && !REPEATED.contains(type)) {
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

    /** Whether there is a regular expression, which the native library gives up on after ten million steps. */
    boolean hasExpression() {
        return Stream.concat(normalizers.stream(), preTokenizers.stream())
                .anyMatch(step -> step.json().get("pattern") instanceof JsonObject pattern && pattern.has(REGEX));
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
        for (Part step : steps) {
            JsonObject json = step.json();
            if (json.get("pattern") instanceof JsonObject pattern && pattern.has(REGEX)) {
                json = json.deepCopy();
                json.getAsJsonObject("pattern")
                        .addProperty(REGEX, Patterns.faster(pattern.get(REGEX).getAsString()));
            }
            all.add(json);
        }
        JsonObject sequence = new JsonObject();
        sequence.addProperty("type", "Sequence");
        sequence.add(list, all);
        return sequence;
    }
}
