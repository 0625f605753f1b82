package io.github.gpt2djl.internal.json;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import io.github.gpt2djl.MalformedCheckpointException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An object of a JSON file, which is read strictly: a value of another kind is an error that names its place.
 *
 * <pre>{@code
 * StrictJson json = StrictJson.read("config.json", "{\"n_layer\": 12}", "not a JSON object");
 * System.out.println(json.whole("n_layer")); // 12
 * }</pre>
 *
 * @param file the file's name, for messages
 * @param path the path of the object within the file; empty for the whole
 * @param json the object itself
 */
public record StrictJson(String file, String path, JsonObject json) {
    private static final int SHOWN = 60;

    /**
     * Reads a file that is one object, as {@link JsonText} does.
     *
     * @param file the file's name, for messages
     * @param text the whole text
     * @param otherwise the message if the text is no object
     * @return the object
     * @throws MalformedCheckpointException if the text is not an object in JSON
     */
    public static StrictJson read(String file, String text, String otherwise) throws MalformedCheckpointException {
        try {
            return new StrictJson(file, "", JsonText.object(text));
        } catch (JsonParseException e) {
            throw new MalformedCheckpointException(file, otherwise, e);
        }
    }

    /**
     * Rejects all keys except the known ones.
     *
     * @param known the keys that may be there
     * @throws MalformedCheckpointException if there is another key
     */
    public void onlyKeys(Collection<String> known) throws MalformedCheckpointException {
        for (String key : json.keySet()) {
            if (!known.contains(key)) {
                throw error(
                        "the key " + at(shown(key)) + " is not supported, only " + String.join(", ", known) + " are");
            }
        }
    }

    /**
     * Finds a value.
     *
     * @param key its key
     * @return the value, or null where it is absent or null
     */
    public @Nullable JsonElement find(String key) {
        JsonElement value = json.get(key);
        return value == null || value.isJsonNull() ? null : value;
    }

    /**
     * Finds an object.
     *
     * @param key its key
     * @return the object, or null where it is absent or null
     * @throws MalformedCheckpointException if the value is of another kind
     */
    public @Nullable StrictJson part(String key) throws MalformedCheckpointException {
        JsonElement value = find(key);
        return value == null ? null : part(key, value);
    }

    /**
     * Finds the objects of an array.
     *
     * @param key its key
     * @return the objects; none where the array is absent or null
     * @throws MalformedCheckpointException if a value is of another kind
     */
    public List<StrictJson> parts(String key) throws MalformedCheckpointException {
        JsonElement value = find(key);
        if (value != null && !value.isJsonArray()) {
            throw wrong(key, "an array");
        }
        List<StrictJson> parts = new ArrayList<>();
        for (JsonElement element : value == null ? new JsonArray() : value.getAsJsonArray()) {
            parts.add(part(key + "[" + parts.size() + "]", element));
        }
        return parts;
    }

    /**
     * Reads a value as an object.
     *
     * @param key its place in this object
     * @param value the value
     * @return the object
     * @throws MalformedCheckpointException if the value is of another kind
     */
    public StrictJson part(String key, JsonElement value) throws MalformedCheckpointException {
        if (value instanceof JsonObject object) {
            return new StrictJson(file, at(key), object);
        }
        throw error(at(key) + " is " + shown(value) + ", expected an object");
    }

    /**
     * Finds a text.
     *
     * @param key its key
     * @return the text, or null where it is absent or null
     * @throws MalformedCheckpointException if the value is of another kind, or has half a character
     */
    public @Nullable String text(String key) throws MalformedCheckpointException {
        JsonElement value = find(key);
        if (value == null) {
            return null;
        }
        if (!isText(value)) {
            throw wrong(key, "a text of well-formed Unicode");
        }
        return value.getAsString();
    }

    /**
     * Finds a flag.
     *
     * @param key its key
     * @return the flag, false where it is absent or null
     * @throws MalformedCheckpointException if the value is of another kind
     */
    public boolean flag(String key) throws MalformedCheckpointException {
        return flag(key, false);
    }

    /**
     * Finds a flag.
     *
     * @param key its key
     * @param absent the value where it is absent or null
     * @return the flag
     * @throws MalformedCheckpointException if the value is of another kind
     */
    public boolean flag(String key, boolean absent) throws MalformedCheckpointException {
        JsonElement value = find(key);
        if (value == null) {
            return absent;
        }
        if (!isFlag(value)) {
            throw wrong(key, "true or false");
        }
        return value.getAsBoolean();
    }

    /**
     * Finds a whole number, which must be there.
     *
     * @param key its key
     * @return the number
     * @throws MalformedCheckpointException if there is no number, or the number is written with a fraction
     */
    public int whole(String key) throws MalformedCheckpointException {
        return whole(key, json.get(key));
    }

    /**
     * Reads a value as a whole number.
     *
     * @param key its key
     * @param value the value
     * @return the number
     * @throws MalformedCheckpointException if the value is no number, or is written with a fraction
     */
    public int whole(String key, @Nullable JsonElement value) throws MalformedCheckpointException {
        try {
            if (value instanceof JsonPrimitive number && number.isNumber()) {
                return Integer.parseInt(number.getAsString());
            }
        } catch (NumberFormatException e) {
            // The code below throws the error.
        }
        throw wrong(key, "a whole number of 32 bits");
    }

    /**
     * Creates the error for a value.
     *
     * @param key the value's key
     * @param expected the accepted values
     * @return the error
     */
    public MalformedCheckpointException wrong(String key, String expected) {
        return error(at(shown(key)) + " is " + shown(json.get(key)) + ", expected " + expected);
    }

    /**
     * Creates an error for this file.
     *
     * @param problem the rest of the message
     * @return the error
     */
    public MalformedCheckpointException error(String problem) {
        return new MalformedCheckpointException(file, problem);
    }

    private String at(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    /** {@return whether a value is true or false} */
    public static boolean isFlag(JsonElement value) {
        return value instanceof JsonPrimitive primitive && primitive.isBoolean();
    }

    /**
     * Tells texts of whole characters from other values.
     *
     * @param value any value
     * @return whether the value is a text that can be written in UTF-8
     */
    public static boolean isText(JsonElement value) {
        return value instanceof JsonPrimitive primitive
                && primitive.isString()
                && primitive.getAsString().codePoints().noneMatch(c -> Character.getType(c) == Character.SURROGATE);
    }

    /**
     * Shortens a value for a message, because a hostile value may be long.
     *
     * @param value any value
     * @return the value's text, cut after 60 characters
     */
    public static String shown(@Nullable Object value) {
        String text = String.valueOf(value);
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }
}
