package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.json.StrictJson;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The types of the steps before the model, each with its keys and the values that the keys may hold. */
final class StepKeys {
    private static final int LONGEST_PREFIX = 16;

    /** The values that a key may hold. */
    record Kind(String expected, boolean optional, Predicate<JsonElement> fits) {}

    private static final Kind FLAG = new Kind("true or false", false, StrictJson::isFlag);
    private static final Kind MAYBE =
            new Kind("true, false or null", true, json -> json.isJsonNull() || StrictJson.isFlag(json));
    private static final Kind USUALLY = new Kind("true or false", true, StrictJson::isFlag);
    private static final Kind TEXT = new Kind("a text of well-formed Unicode", false, StrictJson::isText);
    private static final Kind PREFIX = new Kind(
            "a text of 1 to " + LONGEST_PREFIX + " characters",
            false,
            json -> StrictJson.isText(json)
                    && !json.getAsString().isEmpty()
                    && json.getAsString().length() <= LONGEST_PREFIX);
    private static final Kind PATTERN = new Kind(
            "{\"String\":\"some text\"} or {\"Regex\":\"a regular expression\"}",
            false,
            json -> json instanceof JsonObject pattern
                    && pattern.size() == 1
                    && (pattern.has(StepPattern.TEXT) || pattern.has(StepPattern.REGEX))
                    && StrictJson.isText(pattern.asMap().values().iterator().next()));
    private static final Kind CHARACTER = new Kind(
            "one character",
            false,
            json -> StrictJson.isText(json)
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

    static final Map<String, Map<String, Kind>> NORMALIZERS = Map.ofEntries(
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

    static final Map<String, Map<String, Kind>> PRE_TOKENIZERS = Map.ofEntries(
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

    private StepKeys() {}

    private static Kind behavior(boolean optional) {
        return new Kind(
                String.join(" or ", BEHAVIORS),
                optional,
                json -> StrictJson.isText(json) && BEHAVIORS.contains(json.getAsString()));
    }

    /** Reads the table of a Precompiled step, or returns null if it is damaged. */
    static @Nullable Charsmap charsmap(JsonElement json) {
        try {
            return StrictJson.isText(json) ? Charsmap.read(Base64.getDecoder().decode(json.getAsString())) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    static void check(StrictJson step, Map<String, Kind> keys) throws MalformedCheckpointException {
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
}
