package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.stream.JsonWriter;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.json.JsonText;
import io.github.gpt2djl.internal.json.StrictJson;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Byte-pair encoding: a word's characters are joined by merges in the merges' order.
 *
 * @param vocabulary the tokens
 * @param settings the other checked parts
 * @param merges the text of the merges' array, which takes less memory than the array
 * @see <a href="https://arxiv.org/abs/1508.07909">Sennrich et al. 2015</a>
 */
record BpeModel(ModelVocabulary vocabulary, JsonObject settings, String merges) implements TokenizerModel {
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

    static BpeModel read(StrictJson model) throws MalformedCheckpointException {
        model.onlyKeys(KEYS);
        ModelVocabulary vocabulary = ModelVocabulary.read(model);
        Map<String, Integer> ids = vocabulary.ids();
        JsonElement dropout = model.find("dropout");
        if (dropout != null && !List.of("0", "0.0").contains(dropout.toString())) {
            throw model.wrong("dropout", "null: with chance in it the same text has other ids each time");
        }
        String prefix = model.text("continuing_subword_prefix");
        String suffix = model.text("end_of_word_suffix");
        String unknown = model.text("unk_token");
        boolean known = unknown != null && ids.containsKey(unknown);
        if (unknown != null && !known && !unknown.isEmpty()) {
            throw model.wrong("unk_token", "a token of the vocabulary, or null");
        }
        checkMerges(model, ids, prefix == null ? "" : prefix);
        JsonObject small = new JsonObject();
        small.addProperty("type", "BPE");
        small.addProperty("continuing_subword_prefix", prefix == null || prefix.isEmpty() ? null : prefix);
        small.addProperty("end_of_word_suffix", suffix == null || suffix.isEmpty() ? null : suffix);
        small.addProperty("unk_token", known ? unknown : null);
        for (String flag : FLAGS) {
            small.addProperty(flag, model.flag(flag));
        }
        JsonArray merges = model.json().getAsJsonArray("merges");
        return new BpeModel(vocabulary, small, JsonText.compact(json -> write(json, merges)));
    }

    @Override
    public void write(JsonWriter json, Map<String, Integer> more) throws IOException {
        json.beginObject();
        JsonText.write(json, settings);
        vocabulary.write(json.name("vocab"), more);
        json.name("merges").jsonValue(merges).endObject();
    }

    private static void write(JsonWriter json, JsonArray merges) throws IOException {
        json.beginArray();
        for (JsonElement merge : merges) {
            if (merge instanceof JsonArray both) {
                json.beginArray();
                json.value(both.get(0).getAsString()).value(both.get(1).getAsString());
                json.endArray();
            } else {
                json.value(merge.getAsString());
            }
        }
        json.endArray();
    }

    /** Tells whether every text can be spelled in bytes. */
    boolean hasAllBytes() {
        return IntStream.range(0, 256).allMatch(b -> ids().containsKey(String.valueOf(ByteLevel.character(b))));
    }

    /** Checks the merges: "a b" or, if a token may have a space in it, ["a", "b"]. All merges have one form. */
    private static void checkMerges(StrictJson model, Map<String, Integer> ids, String prefix)
            throws MalformedCheckpointException {
        if (!(model.json().get("merges") instanceof JsonArray merges)) {
            throw model.wrong("merges", "an array of pairs");
        }
        boolean arrays = !merges.isEmpty() && merges.get(0).isJsonArray();
        for (int i = 0; i < merges.size(); i++) {
            JsonElement merge = merges.get(i);
            if (!(arrays ? isPair(merge, ids, prefix) : isSpacedPair(merge, ids, prefix))) {
                throw model.error("merge " + (i + 1) + " is " + StrictJson.shown(merge) + ", expected "
                        + (arrays ? "[\"a\",\"b\"]" : "\"a b\"")
                        + ": two tokens of the vocabulary that are one there, too");
            }
        }
    }

    private static boolean isPair(JsonElement merge, Map<String, Integer> ids, String prefix) {
        return merge instanceof JsonArray both
                && both.size() == 2
                && both.get(0) instanceof JsonPrimitive first
                && both.get(1) instanceof JsonPrimitive second
                && first.isString()
                && second.isString()
                && isPair(first.getAsString(), second.getAsString(), ids, prefix);
    }

    private static boolean isSpacedPair(JsonElement merge, Map<String, Integer> ids, String prefix) {
        String pair = merge instanceof JsonPrimitive primitive && primitive.isString() ? primitive.getAsString() : "";
        int space = pair.indexOf(' ');
        return space > 0
                && space == pair.lastIndexOf(' ')
                && isPair(pair.substring(0, space), pair.substring(space + 1), ids, prefix);
    }

    /**
     * Tells whether two tokens make a pair. The second begins with the prefix, which the native library cuts off by its
     * length.
     */
    private static boolean isPair(String first, String second, Map<String, Integer> ids, String prefix) {
        return ids.containsKey(first)
                && ids.containsKey(second)
                && second.startsWith(prefix)
                && ids.containsKey(first + second.substring(prefix.length()));
    }
}
