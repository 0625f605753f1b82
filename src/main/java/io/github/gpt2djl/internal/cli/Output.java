package io.github.gpt2djl.internal.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import io.github.gpt2djl.internal.json.JsonText;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The formats that the commands print and read. */
final class Output {
    private static final Gson JSON =
            new GsonBuilder().disableHtmlEscaping().serializeNulls().create();

    private Output() {}

    /** Writes one line of JSON. */
    static String json(Object value) {
        return JSON.toJson(value);
    }

    static JsonElement parse(String json) {
        return JsonText.parse(json);
    }

    static List<Integer> ids(JsonArray json) {
        return json.asList().stream().map(Output::whole).toList();
    }

    /** Reads a whole number in the range of int, which Gson's getAsInt does not check. */
    static int whole(JsonElement json) {
        return Integer.parseInt(json.getAsString());
    }

    /** Writes an enum constant as the options take it. */
    static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** Rounds a figure to a number of decimals. */
    static double round(double value, int decimals) {
        double scale = Math.pow(10, decimals);
        return Math.round(value * scale) / scale;
    }

    /** Reads ids such as {@code 15496,11}. */
    static int[] ids(String option, String text) {
        String stripped = text.strip();
        try {
            return stripped.isEmpty()
                    ? new int[0]
                    : Arrays.stream(stripped.split(",", -1))
                            .mapToInt(id -> Integer.parseInt(id.strip()))
                            .toArray();
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    option + " is \"" + text + "\", expected whole numbers with commas, like 15496,11", e);
        }
    }
}
