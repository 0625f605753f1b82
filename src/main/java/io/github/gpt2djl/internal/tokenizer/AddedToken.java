package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.json.StrictJson;
import java.util.ArrayList;
import java.util.List;

/**
 * A token that is found in a text before byte-pair encoding.
 *
 * @param content the token's text
 * @param singleWord whether adjacent letters keep the token from being found
 * @param lstrip whether the token includes the spaces before it
 * @param rstrip whether the token includes the spaces behind it
 * @param normalized whether it is found in the normalized text
 * @param special whether {@code skipSpecialTokens} leaves the token out
 */
record AddedToken(
        String content, boolean singleWord, boolean lstrip, boolean rstrip, boolean normalized, boolean special) {
    private static final List<String> FLAGS = List.of("single_word", "lstrip", "rstrip", "normalized", "special");
    /** The key that transformers writes into such objects, to recognize them later. */
    static final String TYPE = "__type";

    /** Creates a special token of which only the text is known. */
    static AddedToken special(String content) {
        return new AddedToken(content, false, false, false, false, true);
    }

    AddedToken asSpecial() {
        return special ? this : new AddedToken(content, singleWord, lstrip, rstrip, normalized, true);
    }

    /** Returns a token that is found in the text before normalization. */
    AddedToken asRaw() {
        return asRaw(special);
    }

    AddedToken asRaw(boolean isSpecial) {
        return new AddedToken(content, singleWord, lstrip, rstrip, false, isSpecial);
    }

    /**
     * Reads an object. Absent flags have transformers' defaults.
     *
     * @param special the value of this flag if the object leaves it out
     */
    static AddedToken read(StrictJson token, boolean special) throws MalformedCheckpointException {
        List<String> keys = new ArrayList<>(List.of("content", "id", TYPE));
        keys.addAll(FLAGS);
        token.onlyKeys(keys);
        String content = token.text("content");
        if (content == null || content.isEmpty()) {
            throw token.wrong("content", "a text that is not empty");
        }
        boolean isSpecial = flag(token, "special", special);
        return new AddedToken(
                content,
                flag(token, "single_word", false),
                flag(token, "lstrip", false),
                flag(token, "rstrip", false),
                flag(token, "normalized", !isSpecial),
                isSpecial);
    }

    /** Reads an object of tokenizer.json, which must have all flags. */
    static AddedToken readWhole(StrictJson token) throws MalformedCheckpointException {
        for (String flag : FLAGS) {
            if (token.find(flag) == null) {
                throw token.wrong(flag, "true or false");
            }
        }
        return read(token, false);
    }

    /** Reads a token from a text or an object. */
    static AddedToken read(StrictJson holder, String key, JsonElement value) throws MalformedCheckpointException {
        if (value instanceof JsonObject object) {
            return read(holder.part(key, value), !object.has(TYPE));
        }
        if (!StrictJson.isText(value) || value.getAsString().isEmpty()) {
            throw holder.error(
                    key + " is " + StrictJson.shown(value) + ", expected a token's text, or an object of it");
        }
        return special(value.getAsString());
    }

    private static boolean flag(StrictJson token, String key, boolean usual) throws MalformedCheckpointException {
        return token.find(key) == null ? usual : token.flag(key);
    }

    /** Returns the token as in tokenizer.json. */
    JsonObject json(int id) {
        JsonObject json = new JsonObject();
        json.addProperty("id", id);
        json.addProperty("content", content);
        json.addProperty("single_word", singleWord);
        json.addProperty("lstrip", lstrip);
        json.addProperty("rstrip", rstrip);
        json.addProperty("normalized", normalized);
        json.addProperty("special", special);
        return json;
    }
}
