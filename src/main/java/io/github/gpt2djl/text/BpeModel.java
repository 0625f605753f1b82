package io.github.gpt2djl.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.gpt2djl.checkpoint.MalformedCheckpointException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The vocabulary and the merges of a tokenizer.json.
 *
 * @param ids by token
 * @param before the checked parts up to the vocabulary's end
 * @param after the checked parts from there
 */
record BpeModel(Map<String, Integer> ids, String before, String after) {
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
        JsonElement dropout = model.find("dropout");
        if (dropout != null && !List.of("0", "0.0").contains(dropout.toString())) {
            throw model.wrong("dropout", "null: with chance in it the same text has other ids each time");
        }
        expect(model, "continuing_subword_prefix", "");
        expect(model, "end_of_word_suffix", suffix);
        String unknown = model.text("unk_token");
        boolean known = unknown != null && ids.containsKey(unknown);
        if (unknown != null && !known && !unknown.isEmpty()) {
            throw model.wrong("unk_token", "a token of the vocabulary, or null");
        }
        checkMerges(model, ids);
        JsonObject small = new JsonObject();
        small.addProperty("type", "BPE");
        small.addProperty("end_of_word_suffix", suffix.isEmpty() ? null : suffix);
        small.addProperty("unk_token", known ? unknown : null);
        for (String flag : FLAGS) {
            small.addProperty(flag, model.flag(flag));
        }
        // Gson would take longer for the large ones than all else here.
        StringBuilder before = new StringBuilder(small.toString());
        before.setLength(before.length() - 1);
        before.append(",\"vocab\":{");
        String comma = "";
        for (Map.Entry<String, Integer> token : ids.entrySet()) {
            quote(token.getKey(), before.append(comma));
            before.append(':').append(token.getValue());
            comma = ",";
        }
        return new BpeModel(ids, before.toString(), merges(model.json().getAsJsonArray("merges")));
    }

    /**
     * The checked parts.
     *
     * @param more tokens for the vocabulary
     */
    String json(Map<String, Integer> more) {
        StringBuilder json = new StringBuilder(before);
        String comma = ids.isEmpty() ? "" : ",";
        for (Map.Entry<String, Integer> token : more.entrySet()) {
            quote(token.getKey(), json.append(comma));
            json.append(':').append(token.getValue());
            comma = ",";
        }
        return json.append(after).toString();
    }

    private static String merges(JsonArray merges) {
        StringBuilder json = new StringBuilder("},\"merges\":[");
        String comma = "";
        for (JsonElement merge : merges) {
            json.append(comma);
            if (merge instanceof JsonArray both) {
                quote(both.get(0).getAsString(), json.append('['));
                quote(both.get(1).getAsString(), json.append(','));
                json.append(']');
            } else {
                quote(merge.getAsString(), json);
            }
            comma = ",";
        }
        return json.append("]}").toString();
    }

    private static void quote(String text, StringBuilder json) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ') {
                json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                json.append(c == '"' || c == '\\' ? "\\" : "").append(c);
            }
        }
        json.append('"');
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
        Map<String, Integer> ids = new LinkedHashMap<>();
        for (Map.Entry<String, JsonElement> token : vocabulary.json().entrySet()) {
            if (Surrogates.lone(token.getKey()) >= 0) {
                throw vocabulary.wrong(token.getKey(), "tokens of well-formed Unicode");
            }
            int id = vocabulary.whole(token.getKey(), token.getValue());
            if (id < 0) {
                throw vocabulary.error(
                        "token \"" + Part.shown(token.getKey()) + "\" has id " + id + ", expected 0 or more");
            }
            ids.put(token.getKey(), id);
        }
        return ids;
    }

    /** "a b" or, where a token may have a space in it, ["a", "b"]; all of one form. */
    private static void checkMerges(Part model, Map<String, Integer> ids) throws MalformedCheckpointException {
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
    }

    private static boolean isPair(JsonElement merge, Map<String, Integer> ids) {
        return merge instanceof JsonArray both
                && both.size() == 2
                && both.get(0) instanceof JsonPrimitive first
                && both.get(1) instanceof JsonPrimitive second
                && first.isString()
                && second.isString()
                && isPair(first.getAsString(), second.getAsString(), ids);
    }

    private static boolean isSpacedPair(JsonElement merge, Map<String, Integer> ids) {
        String pair = merge instanceof JsonPrimitive primitive && primitive.isString() ? primitive.getAsString() : "";
        int space = pair.indexOf(' ');
        return space > 0
                && space == pair.lastIndexOf(' ')
                && isPair(pair.substring(0, space), pair.substring(space + 1), ids);
    }

    private static boolean isPair(String first, String second, Map<String, Integer> ids) {
        return ids.containsKey(first) && ids.containsKey(second) && ids.containsKey(first + second);
    }
}
