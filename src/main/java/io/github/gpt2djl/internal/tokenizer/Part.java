package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.gpt2djl.MalformedCheckpointException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An object of a tokenizer.json, read strictly: a value of another kind is an error that names its place.
 *
 * @param file to name in messages
 * @param path of the object within the file; empty for the whole
 */
public record Part(String file, String path, JsonObject json) {
    private static final int SHOWN = 60;

    /** Rejects all other keys. */
    void onlyKeys(Collection<String> known) throws MalformedCheckpointException {
        for (String key : json.keySet()) {
            if (!known.contains(key)) {
                throw error(
                        "the key " + at(shown(key)) + " is not supported, only " + String.join(", ", known) + " are");
            }
        }
    }

    /** The value, null where it is absent or null. */
    @Nullable
    JsonElement find(String key) {
        JsonElement value = json.get(key);
        return value == null || value.isJsonNull() ? null : value;
    }

    /** The object, null where it is absent or null. */
    @Nullable
    Part part(String key) throws MalformedCheckpointException {
        JsonElement value = find(key);
        return value == null ? null : part(key, value);
    }

    /** The objects of an array, which may be absent or null. */
    List<Part> parts(String key) throws MalformedCheckpointException {
        JsonElement value = find(key);
        if (value != null && !value.isJsonArray()) {
            throw wrong(key, "an array");
        }
        List<Part> parts = new ArrayList<>();
        for (JsonElement element : value == null ? new JsonArray() : value.getAsJsonArray()) {
            parts.add(part(key + "[" + parts.size() + "]", element));
        }
        return parts;
    }

    Part part(String key, JsonElement value) throws MalformedCheckpointException {
        if (value instanceof JsonObject object) {
            return new Part(file, at(key), object);
        }
        throw error(at(key) + " is " + shown(value) + ", expected an object");
    }

    /** The text, null where it is absent or null. */
    @Nullable
    String text(String key) throws MalformedCheckpointException {
        JsonElement value = find(key);
        if (value == null) {
            return null;
        }
        if (!isText(value)) {
            throw wrong(key, "a text of well-formed Unicode");
        }
        return value.getAsString();
    }

    /** The flag, false where it is absent or null. */
    boolean flag(String key) throws MalformedCheckpointException {
        JsonElement value = find(key);
        if (value != null && !isFlag(value)) {
            throw wrong(key, "true or false");
        }
        return value != null && value.getAsBoolean();
    }

    /** The whole number, which must be there. */
    int whole(String key) throws MalformedCheckpointException {
        return whole(key, json.get(key));
    }

    int whole(String key, @Nullable JsonElement value) throws MalformedCheckpointException {
        try {
            if (value instanceof JsonPrimitive number && number.isNumber()) {
                return Integer.parseInt(number.getAsString());
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw wrong(key, "a whole number of 32 bits");
    }

    MalformedCheckpointException wrong(String key, String expected) {
        return error(at(shown(key)) + " is " + shown(json.get(key)) + ", expected " + expected);
    }

    MalformedCheckpointException error(String problem) {
        return new MalformedCheckpointException(file, problem);
    }

    private String at(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    static boolean isFlag(JsonElement value) {
        return value instanceof JsonPrimitive primitive && primitive.isBoolean();
    }

    static boolean isText(JsonElement value) {
        return value instanceof JsonPrimitive primitive
                && primitive.isString()
                && Surrogates.lone(primitive.getAsString()) < 0;
    }

    /** A value in a message; a hostile one may be long. */
    public static String shown(@Nullable Object value) {
        String text = String.valueOf(value);
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }
}
