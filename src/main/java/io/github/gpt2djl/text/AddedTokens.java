package io.github.gpt2djl.text;

import com.google.gson.JsonArray;
import io.github.gpt2djl.checkpoint.MalformedCheckpointException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The tokens of {@code added_tokens}, which are found in a text before byte-pair encoding.
 *
 * @param ids by content, in the file's order
 * @param json the checked objects
 * @param plain whether none of them holds a space, or takes those beside it
 */
record AddedTokens(Map<String, Integer> ids, JsonArray json, boolean plain) {
    /** Hugging Face's tokenizers compares each with all others: 10,000 take it a second, 50,000 twenty. */
    private static final int MOST = 10_000;

    private static final List<String> FLAGS = List.of("single_word", "lstrip", "rstrip", "normalized", "special");
    private static final List<String> KEYS =
            List.of("id", "content", "single_word", "lstrip", "rstrip", "normalized", "special");
    private static final Pattern SPACE = Pattern.compile("\\s", Pattern.UNICODE_CHARACTER_CLASS);
    /** What no normalizer empties, or puts a space before; only Replace and Prepend could. */
    private static final Pattern LASTING = Pattern.compile("[!-~][ -~]*");

    /** @param vocabulary ids by token */
    static AddedTokens read(Part whole, Map<String, Integer> vocabulary, Pipeline pipeline)
            throws MalformedCheckpointException {
        Map<String, Integer> ids = new LinkedHashMap<>();
        JsonArray json = new JsonArray();
        List<Part> tokens = whole.parts("added_tokens");
        if (tokens.size() > MOST) {
            throw whole.error("added_tokens has " + tokens.size() + " tokens, expected at most " + MOST);
        }
        int free = vocabulary.size();
        boolean lstrip = false;
        boolean rstrip = false;
        for (Part token : tokens) {
            String content = content(token, pipeline);
            Integer known = vocabulary.get(content);
            // Hugging Face's tokenizers gives these ids, whatever the file says.
            int expected = known == null ? free : known;
            if (token.whole("id") != expected) {
                throw token.wrong(
                        "id",
                        expected
                                + (known == null ? ", the next one after the vocabulary" : ", as in the vocabulary")
                                + ", for \"" + Part.shown(content) + "\"");
            }
            if (ids.put(content, expected) != null) {
                throw token.error("added_tokens has \"" + Part.shown(content) + "\" twice, expected it once");
            }
            free = Math.max(free, expected + 1);
            lstrip |= token.flag("lstrip");
            rstrip |= token.flag("rstrip");
            json.add(token.json());
        }
        if (rstrip && ids.keySet().stream().anyMatch(c -> SPACE.matcher(c).lookingAt())) {
            throw whole.error("added_tokens has one with rstrip and one that begins with a space, which would overlap;"
                    + " expected only one of the kinds");
        }
        boolean spaceless =
                ids.keySet().stream().noneMatch(c -> SPACE.matcher(c).find());
        return new AddedTokens(ids, json, spaceless && !lstrip && !rstrip);
    }

    private static String content(Part token, Pipeline pipeline) throws MalformedCheckpointException {
        token.onlyKeys(KEYS);
        String content = token.text("content");
        if (content == null || content.isEmpty()) {
            throw token.wrong("content", "a text that is not empty");
        }
        for (String flag : FLAGS) {
            if (token.find(flag) == null) {
                throw token.wrong(flag, "true or false");
            }
            token.flag(flag);
        }
        if (token.flag("normalized")
                && pipeline.normalizes()
                && (pipeline.rewrites() || !LASTING.matcher(content).matches())) {
            throw token.wrong(
                    "normalized",
                    "false for \"" + Part.shown(content) + "\", of which this normalizer might leave nothing");
        }
        return content;
    }
}
