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
 * @param content its text
 * @param singleWord whether letters beside it keep it from being found
 * @param lstrip whether it takes the spaces before it
 * @param rstrip whether it takes the spaces behind it
 * @param normalized whether it is found in the normalized text
 * @param special whether {@code skipSpecialTokens} leaves it out
 */
record AddedToken(
        String content, boolean singleWord, boolean lstrip, boolean rstrip, boolean normalized, boolean special) {
    private static final List<String> FLAGS = List.of("single_word", "lstrip", "rstrip", "normalized", "special");
    /** What transformers writes into objects of this kind, so that it knows them again. */
    static final String TYPE = "__type";

    /** A special token of which only the text is known. */
    static AddedToken special(String content) {
        return new AddedToken(content, false, false, false, false, true);
    }

    AddedToken asSpecial() {
        return special ? this : new AddedToken(content, singleWord, lstrip, rstrip, normalized, true);
    }

    /** The same, found in the text as it is before it is normalized. */
    AddedToken asRaw() {
        return asRaw(special);
    }

    AddedToken asRaw(boolean isSpecial) {
        return new AddedToken(content, singleWord, lstrip, rstrip, false, isSpecial);
    }

    /**
     * Reads an object; flags that it leaves out are as in transformers.
     *
     * @param special what is said where the object leaves this flag out
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

    /** Reads a text, or an object. */
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

    /** As in tokenizer.json. */
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
