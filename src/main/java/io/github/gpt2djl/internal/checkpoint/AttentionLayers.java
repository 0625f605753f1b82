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
 * Which layers of a GPT-Neo look back on a window only.
 *
 * @param local the layers, from 0 on
 * @param window the tokens that they look back on; 0 where there are none
 */
record AttentionLayers(List<Integer> local, int window) {
    /** All layers look back on all tokens. */
    static final AttentionLayers GLOBAL = new AttentionLayers(List.of(), 0);

    /**
     * The local layers by {@code attention_layers}, a name for each layer, or where that is absent by {@code
     * attention_types}, pairs of some names and how often they come in turn. transformers chooses likewise.
     *
     * @throws MalformedCheckpointException if a name is none of the two, or their number is not that of the layers
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

    /** Some names, so many times; not many more than the most, as the number may be absurd. */
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

    /** The value of {@code attention_types} that tells a model's layers. */
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
