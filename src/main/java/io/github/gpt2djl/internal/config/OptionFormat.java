package io.github.gpt2djl.internal.config;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import io.github.gpt2djl.ContextPolicy;
import io.github.gpt2djl.EarlyStopping;
import io.github.gpt2djl.Preset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * The two written forms of an option's values: JSON as in transformers, and short text. A value that cannot be read
 * throws a NumberFormatException or a JsonParseException.
 *
 * @param placeholder in a synopsis
 * @param form what a value looks like, for messages; empty if the range says enough
 */
public record OptionFormat<T>(
        String placeholder,
        String form,
        Function<String, T> parse,
        Function<JsonElement, T> read,
        Function<T, JsonElement> write) {
    public static final OptionFormat<Boolean> FLAG = new OptionFormat<>(
            "true|false", "", OptionFormat::flag, json -> flag(json.getAsString()), JsonPrimitive::new);
    public static final OptionFormat<Integer> WHOLE = new OptionFormat<>(
            "N",
            "a whole number ",
            text -> Integer.parseInt(text.strip()),
            json -> Integer.parseInt(json.getAsString()),
            JsonPrimitive::new);
    public static final OptionFormat<Long> LONG = new OptionFormat<>(
            "N",
            "",
            text -> Long.parseLong(text.strip()),
            json -> Long.parseLong(json.getAsString()),
            JsonPrimitive::new);
    public static final OptionFormat<Double> REAL = new OptionFormat<>(
            "X", "a number ", text -> Double.parseDouble(text.strip()), JsonElement::getAsDouble, JsonPrimitive::new);
    public static final OptionFormat<List<Integer>> IDS = new OptionFormat<>(
            "IDS",
            "ids with commas, like 15496,11: ",
            OptionFormat::ids,
            json -> json.isJsonArray() ? ids(json.getAsJsonArray()) : List.of(Integer.parseInt(json.getAsString())),
            OptionFormat::array);
    public static final OptionFormat<List<List<Integer>>> SEQUENCES = new OptionFormat<>(
            "IDS;IDS",
            "ids like 318;464,3290: ",
            text -> Arrays.stream(text.split(";", -1)).map(OptionFormat::ids).toList(),
            json -> json.getAsJsonArray().asList().stream()
                    .map(ids -> ids(ids.getAsJsonArray()))
                    .toList(),
            value -> {
                JsonArray all = new JsonArray();
                value.forEach(ids -> all.add(array(ids)));
                return all;
            });
    public static final OptionFormat<Map<List<Integer>, Double>> BIASES = new OptionFormat<>(
            "IDS=X;IDS=X", "biases like 318=-5;464,3290=2: ", OptionFormat::biases, OptionFormat::biases, value -> {
                JsonArray all = new JsonArray();
                value.forEach((ids, bias) -> {
                    JsonArray pair = new JsonArray();
                    pair.add(array(ids));
                    pair.add(bias);
                    all.add(pair);
                });
                return all;
            });
    public static final OptionFormat<List<String>> TEXTS = new OptionFormat<>(
            "TEXT",
            "",
            List::of,
            json -> json.isJsonArray()
                    ? json.getAsJsonArray().asList().stream()
                            .map(JsonElement::getAsString)
                            .toList()
                    : List.of(json.getAsString()),
            value -> {
                JsonArray all = new JsonArray();
                value.forEach(all::add);
                return all;
            });
    public static final OptionFormat<ContextPolicy> POLICY = named("stop|slide:N", ContextPolicy::parse);
    public static final OptionFormat<Preset> PRESET = new OptionFormat<>(
            "hugging-face|openai",
            "",
            OptionFormat::preset,
            json -> preset(json.getAsString()),
            value -> new JsonPrimitive(value == Preset.OPENAI ? "openai" : "hugging-face"));
    public static final OptionFormat<EarlyStopping> EARLY = new OptionFormat<>(
            "true|false|never",
            "",
            OptionFormat::early,
            json -> early(json.getAsString()),
            value -> value == EarlyStopping.NEVER
                    ? new JsonPrimitive("never")
                    : new JsonPrimitive(value == EarlyStopping.TRUE));

    private static <T> OptionFormat<T> named(String placeholder, Function<String, T> parse) {
        return new OptionFormat<>(
                placeholder,
                "",
                parse,
                json -> parse.apply(json.getAsString()),
                value -> new JsonPrimitive(value.toString()));
    }

    private static Boolean flag(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new NumberFormatException(text);
        };
    }

    private static Preset preset(String text) {
        return switch (text) {
            case "hugging-face" -> Preset.HUGGING_FACE;
            case "openai" -> Preset.OPENAI;
            default -> throw new NumberFormatException(text);
        };
    }

    private static EarlyStopping early(String text) {
        for (EarlyStopping value : EarlyStopping.values()) {
            if (value.name().toLowerCase(Locale.ROOT).equals(text)) {
                return value;
            }
        }
        throw new NumberFormatException(text);
    }

    private static List<Integer> ids(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(id -> Integer.parseInt(id.strip()))
                .toList();
    }

    private static List<Integer> ids(JsonArray json) {
        return json.asList().stream()
                .map(id -> Integer.parseInt(id.getAsString()))
                .toList();
    }

    private static JsonArray array(List<Integer> ids) {
        JsonArray json = new JsonArray();
        ids.forEach(json::add);
        return json;
    }

    private static Map<List<Integer>, Double> biases(String text) {
        Map<List<Integer>, Double> biases = new LinkedHashMap<>();
        for (String part : text.split(";", -1)) {
            int equals = part.indexOf('=');
            if (equals < 0) {
                throw new NumberFormatException(part);
            }
            biases.put(
                    ids(part.substring(0, equals)),
                    Double.valueOf(part.substring(equals + 1).strip()));
        }
        return biases;
    }

    /** Reads pairs, as transformers writes them, or OpenAI's object of ids. */
    private static Map<List<Integer>, Double> biases(JsonElement json) {
        Map<List<Integer>, Double> biases = new LinkedHashMap<>();
        if (json.isJsonObject()) {
            json.getAsJsonObject()
                    .entrySet()
                    .forEach(entry ->
                            biases.put(ids(entry.getKey()), entry.getValue().getAsDouble()));
            return biases;
        }
        for (JsonElement pair : json.getAsJsonArray()) {
            List<JsonElement> both = new ArrayList<>(pair.getAsJsonArray().asList());
            if (both.size() != 2) {
                throw new JsonParseException("found " + pair + ", expected ids and a number");
            }
            biases.put(ids(both.get(0).getAsJsonArray()), both.get(1).getAsDouble());
        }
        return biases;
    }
}
