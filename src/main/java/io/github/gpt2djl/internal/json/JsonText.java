package io.github.gpt2djl.internal.json;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonSyntaxException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * Reads and writes JSON. Texts are read as Python's {@code json} module reads them, and therefore as transformers does.
 * The last of two equal keys counts, NaN and the infinities are values, and anything else that is not JSON is an error.
 *
 * <pre>{@code
 * System.out.println(JsonText.object("{\"n_layer\": 6, \"n_layer\": 12}")); // {"n_layer":12}
 * }</pre>
 */
public final class JsonText {
    private static final Gson PRETTY = new GsonBuilder()
            .setPrettyPrinting()
            .serializeNulls()
            .disableHtmlEscaping()
            .create();

    private JsonText() {}

    /**
     * Parses a text that is one value, nested at most 255 deep.
     *
     * @param text the JSON
     * @return the value; NaN and the infinities are the strings of these names, so that no number is one
     * @throws JsonParseException if the text is not JSON
     */
    public static JsonElement parse(String text) {
        JsonReader reader = new JsonReader(new StringReader(withQuotedNames(text)));
        reader.setStrictness(Strictness.STRICT);
        try {
            // Gson takes an empty text for null. Peeking returns the end of the text, or fails.
            if (reader.peek() == JsonToken.END_DOCUMENT) {
                throw new JsonSyntaxException("found nothing");
            }
            JsonElement value = JsonParser.parseReader(reader);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new JsonSyntaxException("found more after the value");
            }
            return value;
        } catch (IOException e) {
            throw new JsonSyntaxException(e);
        }
    }

    /**
     * Parses a text that is one object.
     *
     * @param text the JSON
     * @return the object
     * @throws JsonParseException if the text is not JSON, or is another value
     */
    public static JsonObject object(String text) {
        if (parse(text) instanceof JsonObject object) {
            return object;
        }
        throw new JsonParseException("found another value, expected an object");
    }

    /**
     * Writes a value on several lines, including its nulls.
     *
     * @param value a tree of JSON, or a record
     * @return the text, which ends in a line break
     */
    public static String pretty(Object value) {
        return PRETTY.toJson(value) + "\n";
    }

    /** A value that is written piece by piece, because a tree of it takes a multiple of the memory. */
    @FunctionalInterface
    public interface Pieces {
        /**
         * Writes one value.
         *
         * @param json the writer
         * @throws IOException if {@code json} throws it
         */
        void to(JsonWriter json) throws IOException;
    }

    /**
     * Writes a value on one line.
     *
     * @param pieces the pieces of the value
     * @return the text
     */
    public static String compact(Pieces pieces) {
        StringWriter text = new StringWriter();
        try (JsonWriter json = new JsonWriter(text)) {
            pieces.to(json);
        } catch (IOException e) {
            // Writing to memory never fails.
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /**
     * Writes the values of an object into another one.
     *
     * @param json the writer, within an object
     * @param values the values with their keys; nulls are written, too
     * @throws IOException if {@code json} throws it
     */
    public static void write(JsonWriter json, JsonObject values) throws IOException {
        for (Map.Entry<String, JsonElement> entry : values.entrySet()) {
            json.name(entry.getKey());
            PRETTY.toJson(entry.getValue(), json);
        }
    }

    /** Quotes the numbers that Python reads and writes in addition to JSON. */
    private static String withQuotedNames(String text) {
        if (!text.contains("NaN") && !text.contains("Infinity")) {
            return text;
        }
        StringBuilder quoted = new StringBuilder(text.length() + 16);
        boolean inString = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            String name = inString ? "" : name(text, i);
            if (!name.isEmpty()) {
                quoted.append('"').append(name).append('"');
                i += name.length() - 1;
            } else if (inString && c == '\\' && i + 1 < text.length()) {
                quoted.append(c).append(text.charAt(++i));
            } else {
                inString ^= c == '"';
                quoted.append(c);
            }
        }
        return quoted.toString();
    }

    private static String name(String text, int at) {
        for (String name : new String[] {"NaN", "Infinity", "-Infinity"}) {
            if (text.startsWith(name, at) && !isKey(text, at + name.length())) {
                return name;
            }
        }
        return "";
    }

    /** Tells whether a colon follows. A key without quotes is an error. */
    private static boolean isKey(String text, int end) {
        int next = end;
        while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
            next++;
        }
        return next < text.length() && text.charAt(next) == ':';
    }
}
