package io.github.gpt2djl.internal.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import java.util.List;

/** Texts with escape sequences for line breaks. */
final class Escapes {
    private Escapes() {}

    /**
     * Replaces {@code \n}, {@code \r} and {@code \t} by the characters that they stand for, and two backslashes by one.
     * A backslash before any other character stays.
     */
    static String read(String text) {
        StringBuilder read = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int escape = c == '\\' && i + 1 < text.length() ? "nrt\\".indexOf(text.charAt(i + 1)) : -1;
            read.append(escape < 0 ? c : "\n\r\t\\".charAt(escape));
            i += escape < 0 ? 0 : 1;
        }
        return read.toString();
    }

    /** Reads one text with escapes, or several as JSON: {@code ["\n", " the end"]}. */
    static List<String> list(String text) {
        if (!text.startsWith("[\"")) {
            return List.of(read(text));
        }
        try {
            return Output.parse(text).getAsJsonArray().asList().stream()
                    .map(JsonElement::getAsString)
                    .toList();
        } catch (JsonParseException | IllegalStateException | UnsupportedOperationException e) {
            throw new IllegalArgumentException(
                    "found " + text + ", expected a text, or several as JSON: [\"\\n\", \" the end\"]", e);
        }
    }
}
