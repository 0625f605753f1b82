package io.github.gpt2djl.internal.checkpoint;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.json.StrictJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The values of an {@code adapter_config.json}, which PEFT accepts in several forms.
 *
 * @param object the object in the file
 */
record AdapterValues(StrictJson object) {
    /** Tells whether a value is null, false or empty. */
    static boolean isOff(JsonElement value) {
        return value.isJsonNull()
                || (value instanceof JsonPrimitive one && Set.of("false", "").contains(one.getAsString()))
                || (value instanceof JsonArray array && array.isEmpty())
                || (value instanceof JsonObject byName && byName.isEmpty());
    }

    Map<String, Double> pattern(String key, boolean whole) throws MalformedCheckpointException {
        JsonElement value = object.json().get(key);
        Map<String, Double> numbers = new LinkedHashMap<>();
        if (value == null || isOff(value)) {
            return numbers;
        }
        if (!(value instanceof JsonObject byName)) {
            throw wrong(key, "numbers by names");
        }
        for (Map.Entry<String, JsonElement> entry : byName.entrySet()) {
            numbers.put(entry.getKey(), number(key, entry.getValue(), whole));
        }
        return numbers;
    }

    static boolean isString(@Nullable JsonElement value) {
        return value instanceof JsonPrimitive text
                && text.isString()
                && !text.getAsString().isEmpty();
    }

    /** Reads a list of names, or a single name. */
    List<String> strings(String key) throws MalformedCheckpointException {
        JsonElement value = object.json().get(key);
        if (value == null || isOff(value)) {
            return List.of();
        }
        if (isString(value)) {
            return List.of(value.getAsString());
        }
        if (!(value instanceof JsonArray array)) {
            throw wrong(key, "a list of names");
        }
        List<String> names = new ArrayList<>();
        for (JsonElement name : array) {
            names.add(string(key, name));
        }
        return names;
    }

    List<Integer> layers(String key) throws MalformedCheckpointException {
        JsonElement value = object.json().get(key);
        if (value == null || value.isJsonNull()) {
            return List.of();
        }
        if (!(value instanceof JsonArray array)) {
            return List.of((int) number(key, value, true));
        }
        List<Integer> layers = new ArrayList<>();
        for (JsonElement layer : array) {
            layers.add((int) number(key, layer, true));
        }
        return layers;
    }

    @Nullable
    String only(String key, @Nullable String... values) throws MalformedCheckpointException {
        JsonElement value = object.json().get(key);
        String found = value instanceof JsonPrimitive one ? one.getAsString() : null;
        boolean absent = value == null || value.isJsonNull();
        for (String one : values) {
            if (one == null ? absent : one.equals(found)) {
                return one;
            }
        }
        throw wrong(key, "one of " + String.join(", ", values).replace(", null", ""));
    }

    String string(String key, @Nullable JsonElement value) throws MalformedCheckpointException {
        if (value instanceof JsonPrimitive text && text.isString()) {
            return text.getAsString();
        }
        throw wrong(key, "a name");
    }

    double number(String key, @Nullable JsonElement value, boolean whole) throws MalformedCheckpointException {
        try {
            if (value instanceof JsonPrimitive number && number.isNumber()) {
                return whole ? number.getAsBigDecimal().intValueExact() : number.getAsDouble();
            }
        } catch (ArithmeticException | NumberFormatException e) {
            throw new MalformedCheckpointException(
                    object.file(), key + " is " + StrictJson.shown(value) + ", expected a whole number", e);
        }
        throw wrong(key, whole ? "a whole number" : "a number");
    }

    MalformedCheckpointException wrong(String key, String expected) {
        return object.json().has(key)
                ? object.wrong(key, expected)
                : object.error("the key " + key + " is missing, expected " + expected);
    }
}
