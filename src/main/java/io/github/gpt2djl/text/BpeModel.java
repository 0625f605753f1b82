package io.github.gpt2djl.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.gpt2djl.checkpoint.MalformedCheckpointException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The vocabulary and the merges of a tokenizer.json.
 *
 * @param ids by token
 * @param handedOn the checked parts
 */
record BpeModel(Map<String, Integer> ids, JsonObject handedOn) {
    private static final List<String> FLAGS = List.of("fuse_unk", "byte_fallback", "ignore_merges");
    private static final List<String> KEYS = List.of(
            "type",
            "dropout",
            "unk_token",
            "continuing_subword_prefix",
            "end_of_word_suffix",
            "fuse_unk",
            "byte_fallback",
            "ignore_merges",
            "vocab",
            "merges");

    /** @param suffix of a word's last token; may be empty */
    static BpeModel read(Part model, String suffix) throws MalformedCheckpointException {
        model.onlyKeys(KEYS);
        Map<String, Integer> ids = ids(model);
        JsonObject on = new JsonObject();
        on.addProperty("type", "BPE");
        JsonElement dropout = model.find("dropout");
        if (dropout != null && !List.of("0", "0.0").contains(dropout.toString())) {
            throw model.wrong("dropout", "null: with chance in it the same text has other ids each time");
        }
        expect(model, "continuing_subword_prefix", "");
        expect(model, "end_of_word_suffix", suffix);
        if (!suffix.isEmpty()) {
            on.addProperty("end_of_word_suffix", suffix);
        }
        String unknown = model.text("unk_token");
        if (unknown != null && ids.containsKey(unknown)) {
            on.addProperty("unk_token", unknown);
        } else if (unknown != null && !unknown.isEmpty()) {
            throw model.wrong("unk_token", "a token of the vocabulary, or null");
        }
        for (String flag : FLAGS) {
            on.addProperty(flag, model.flag(flag));
        }
        on.add("vocab", model.json().get("vocab"));
        on.add("merges", merges(model, ids));
        return new BpeModel(ids, on);
    }

    /** Whether every text can be spelled. */
    boolean hasAllBytes() {
        return IntStream.range(0, 256).allMatch(b -> ids.containsKey(String.valueOf(ByteLevel.character(b))));
    }

    private static void expect(Part model, String key, String expected) throws MalformedCheckpointException {
        String found = model.text(key);
        if (!(found == null ? "" : found).equals(expected)) {
            throw model.wrong(key, "\"" + expected + "\"");
        }
    }

    private static Map<String, Integer> ids(Part model) throws MalformedCheckpointException {
        Part vocabulary = model.part("vocab");
        if (vocabulary == null) {
            throw model.wrong("vocab", "an object of ids");
        }
        Map<String, Integer> ids = new HashMap<>();
        for (Map.Entry<String, JsonElement> token : vocabulary.json().entrySet()) {
            if (Surrogates.lone(token.getKey()) >= 0) {
                throw vocabulary.wrong(token.getKey(), "tokens of well-formed Unicode");
            }
            ids.put(token.getKey(), vocabulary.whole(token.getKey(), token.getValue()));
        }
        return ids;
    }

    /** "a b" or, where a token may have a space in it, ["a", "b"]; all of one form. */
    private static JsonArray merges(Part model, Map<String, Integer> ids) throws MalformedCheckpointException {
        if (!(model.json().get("merges") instanceof JsonArray merges)) {
            throw model.wrong("merges", "an array of pairs");
        }
        boolean arrays = !merges.isEmpty() && merges.get(0).isJsonArray();
        for (int i = 0; i < merges.size(); i++) {
            JsonElement merge = merges.get(i);
            if (!(arrays ? isPair(merge, ids) : isSpacedPair(merge, ids))) {
                throw model.error("merge " + (i + 1) + " is " + Part.shown(merge) + ", expected "
                        + (arrays ? "[\"a\",\"b\"]" : "\"a b\"")
                        + ": two tokens of the vocabulary that are one there, too");
            }
        }
        return merges;
    }

    private static boolean isPair(JsonElement merge, Map<String, Integer> ids) {
        return merge instanceof JsonArray both
                && both.size() == 2
                && Part.isText(both.get(0))
                && Part.isText(both.get(1))
                && isPair(both.get(0).getAsString(), both.get(1).getAsString(), ids);
    }

    private static boolean isSpacedPair(JsonElement merge, Map<String, Integer> ids) {
        String pair = Part.isText(merge) ? merge.getAsString() : "";
        int space = pair.indexOf(' ');
        return space > 0
                && space == pair.lastIndexOf(' ')
                && isPair(pair.substring(0, space), pair.substring(space + 1), ids);
    }

    private static boolean isPair(String first, String second, Map<String, Integer> ids) {
        return ids.containsKey(first) && ids.containsKey(second) && ids.containsKey(first + second);
    }
}
