package io.github.gpt2djl.internal.checkpoint;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The layers of a GPT-Neo that attend only to a window of tokens.
 *
 * @param local the local layers, from 0 on
 * @param window the number of tokens to which local layers attend; 0 if there are no local layers
 */
record AttentionLayers(List<Integer> local, int window) {
    /** The value for a model in which all layers attend to all tokens. */
    static final AttentionLayers GLOBAL = new AttentionLayers(List.of(), 0);

    /**
     * Returns the local layers. {@code attention_layers} has a name for each layer. If that key is absent, {@code
     * attention_types} has pairs of some names and the number of their repetitions. transformers chooses likewise.
     *
     * @throws MalformedCheckpointException if a name is neither of the two, or the number of names is not the number of
     *     layers
     */
    static List<Integer> local(String file, @Nullable JsonElement layers, @Nullable JsonElement types, int count)
            throws MalformedCheckpointException {
        if (count > ModelConfig.MAX_LAYERS) {
            throw new MalformedCheckpointException(
                    file, "num_layers is " + count + ", expected 1 to " + ModelConfig.MAX_LAYERS);
        }
        List<Boolean> all = new ArrayList<>();
        JsonElement value;
        String found;
        String form;
        if (layers != null) {
            value = layers;
            found = "attention_layers is " + shown(value);
            form = "[\"global\", \"local\", ...]";
        } else {
            value = types == null ? pairs(List.of("global", "local"), 12) : types;
            found = "attention_types is " + (types == null ? "absent, which means " : "") + shown(value);
            form = "pairs like [[[\"global\", \"local\"], 6]]";
        }
        try {
            if (layers != null) {
                add(all, value, 1, count);
            } else {
                for (JsonElement pair : value.getAsJsonArray()) {
                    JsonArray both = pair.getAsJsonArray();
                    add(all, both.get(0), both.get(1).getAsBigDecimal().intValueExact(), count);
                }
            }
        } catch (RuntimeException e) {
            throw new MalformedCheckpointException(file, found + ", expected " + form, e);
        }
        if (all.size() != count) {
            throw new MalformedCheckpointException(
                    file, found + ", expected a type for each of num_layers " + count + " layers");
        }
        return IntStream.range(0, count).filter(all::get).boxed().toList();
    }

    /** Adds some names {@code times} times, but not many more than {@code most}, as the number may be absurd. */
    private static void add(List<Boolean> all, JsonElement names, int times, int most) {
        List<Boolean> once = new ArrayList<>();
        for (JsonElement name : names.getAsJsonArray()) {
            once.add(
                    switch (name.getAsString()) {
                        case "global" -> false;
                        case "local" -> true;
                        default -> throw new IllegalArgumentException(name.toString());
                    });
        }
        for (int i = 0; i < times && !once.isEmpty() && all.size() <= most; i++) {
            all.addAll(once);
        }
    }

    private static String shown(JsonElement value) {
        String text = value.toString();
        return text.length() > 200 ? text.substring(0, 200) + "..." : text;
    }

    /** Returns the value of {@code attention_types} that describes a model's layers. */
    static JsonArray types(ModelConfig config) {
        List<String> names = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            names.add(config.localLayers().contains(layer) ? "local" : "global");
        }
        return pairs(names, 1);
    }

    private static JsonArray pairs(List<String> names, int times) {
        JsonArray list = new JsonArray();
        names.forEach(list::add);
        JsonArray pair = new JsonArray();
        pair.add(list);
        pair.add(times);
        JsonArray pairs = new JsonArray();
        pairs.add(pair);
        return pairs;
    }
}
