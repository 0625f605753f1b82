package io.github.gpt2djl.server;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.util.Map;

/**
 * The fields of a request, each of which is taken once. Null means what leaving a field out does.
 *
 * @param json the fields that have not been taken yet
 */
record Fields(JsonObject json) {
    private static final int SHOWN = 60;

    private static final Map<Class<?>, String> EXPECTED = Map.of(
            String.class,
            "a text",
            Number.class,
            "a number",
            Boolean.class,
            "true or false",
            JsonObject.class,
            "an" + " object");

    /** A field of one type. */
    <T> T take(String key, T usual, Class<T> type) {
        Object value = json.remove(key);
        if (value == null) {
            return usual;
        }
        if (!type.isInstance(value)) {
            throw wrong(key, value, EXPECTED.get(type));
        }
        return type.cast(value);
    }

    /** A whole number; 16.0 is one, as in JSON Schema. */
    int whole(String key, int usual, int least, int most) {
        Object value = json.remove(key);
        if (value == null) {
            return usual;
        }
        if (!isWhole(value)) {
            throw wrong(key, value, "a whole number from " + least + " to " + most);
        }
        double number = ((Number) value).doubleValue();
        if (number < least || number > most) {
            throw wrong(key, value, least + " to " + most);
        }
        return (int) number;
    }

    /** A number in a range. */
    double number(String key, double usual, double least, double most, String expected) {
        double number = take(key, usual, Number.class).doubleValue();
        if (!(number >= least && number <= most)) {
            throw wrong(key, number, expected);
        }
        return number;
    }

    static boolean isWhole(Object value) {
        return value instanceof Number number && number.doubleValue() == Math.rint(number.doubleValue());
    }

    static ApiError wrong(String key, Object found, String expected) {
        return ApiError.badRequest(key, key + " is " + shown(found) + ", expected " + expected);
    }

    /** A value in JSON, the beginning of a long one. */
    static String shown(Object value) {
        String text = value instanceof Number ? value.toString() : Json.encode(value);
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }
}
