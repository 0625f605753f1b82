package io.github.gpt2djl.internal.checkpoint;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.Adapter;
import io.github.gpt2djl.checkpoint.AdapterConfig;
import io.github.gpt2djl.checkpoint.TensorInfo;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An adapter's tensors, sorted by their purpose. No tensor is left over.
 *
 * @param pairs the matrices by the weight's name in the whole model, like {@code transformer.h.0.attn.c_attn.weight}
 * @param shifts the numbers to add to a bias ({@code lora_bias}) before scaling, by the bias's name
 * @param whole the tensors that replace the base's tensors, by their names
 * @param rows the embeddings of single ids, or null
 * @param vocabularySize the number of ids in the embedding table, which may have been resized
 */
public record AdapterParts(
        Map<String, Pair> pairs,
        Map<String, Shift> shifts,
        Map<String, TensorInfo> whole,
        @Nullable TensorInfo rows,
        int vocabularySize) {

    private static final String BEGIN = "base_model.model.";

    /**
     * A layer's matrices.
     *
     * @param a [rank, in]
     * @param b [out, rank]
     * @param scale the factor of their product
     * @param magnitude [out] of DoRA, or null
     * @param inputsFirst whether the weight is stored [in, out]
     */
    record Pair(
            TensorInfo a,
            TensorInfo b,
            double scale,
            @Nullable TensorInfo magnitude,
            boolean inputsFirst) {}

    /** The numbers that are added to a bias, multiplied by the scale. */
    record Shift(TensorInfo values, double scale) {}

    /**
     * Sorts the tensors, and checks the shapes that the configuration gives.
     *
     * @throws MalformedCheckpointException if a tensor is missing, misshapen, or belongs to no layer
     */
    public static AdapterParts of(Adapter adapter, ModelConfig base) throws MalformedCheckpointException {
        try {
            return new Sorting(adapter, base).parts();
        } catch (IllegalArgumentException e) {
            throw new MalformedCheckpointException(adapter.name(), String.valueOf(e.getMessage()), e);
        }
    }

    /** The tensors that are still to be sorted. */
    private static final class Sorting {
        private final Adapter adapter;
        private final AdapterConfig config;
        private final ModelConfig base;
        private final String table;
        /** The unsorted tensors, by their names in the whole model. */
        private final Map<String, TensorInfo> left = new LinkedHashMap<>();
        /** The prefix that the names lack if the adapter was made for the model without its head. */
        private final String lacking;

        Sorting(Adapter adapter, ModelConfig base) throws MalformedCheckpointException {
            this.adapter = adapter;
            this.base = base;
            config = adapter.config();
            Architecture architecture = base.architecture();
            table = AdaptedModule.table(architecture);
            String outer = architecture == Architecture.OPT ? "model." : "transformer.";
            boolean whole = adapter.tensors().names().stream()
                    .anyMatch(name -> name.startsWith(BEGIN + outer) || name.startsWith(BEGIN + AdaptedModule.HEAD));
            lacking = whole ? "" : outer;
            for (String name : adapter.tensors().names()) {
                TensorInfo tensor = adapter.tensors().find(name);
                if (!name.startsWith(BEGIN) || tensor == null) {
                    throw bad("tensor " + name + " has another name than PEFT's, which begin with " + BEGIN);
                }
                left.put(lacking + name.substring(BEGIN.length()), tensor);
            }
        }

        AdapterParts parts() throws MalformedCheckpointException {
            // Drops the tensors that a wrapper stores twice when the vocabulary was resized.
            for (String wrapper : List.of(".modules_to_save.", ".original_module.")) {
                left.keySet().removeIf(name -> name.contains(wrapper) && left.containsKey(name.replace(wrapper, ".")));
            }
            int vocabularySize = vocabularySize();
            Map<String, Pair> pairs = new LinkedHashMap<>();
            Map<String, Shift> shifts = new LinkedHashMap<>();
            boolean any = false;
            for (AdaptedModule module : AdaptedModule.of(base.withVocabularySize(vocabularySize))) {
                String name = module.name();
                if (config.adapts(seen(name), module.isInner())) {
                    pairs.put(name + ".weight", pair(module));
                    TensorInfo shift = left.remove(name + ".lora_B.bias");
                    if (shift != null) {
                        shifts.put(name + ".bias", new Shift(checked(shift, module.out()), config.scale(name)));
                    }
                    any = true;
                }
            }
            if (!any) {
                throw new IllegalArgumentException(
                        "target_modules is " + config.targets() + ", which names no layer of the base");
            }
            TensorInfo rows = left.remove(table + ".token_adapter.trainable_tokens_delta");
            if (rows != null || !config.tokens().isEmpty()) {
                checkRows(rows);
            }
            Map<String, TensorInfo> whole = new LinkedHashMap<>();
            for (Map.Entry<String, TensorInfo> entry : left.entrySet()) {
                String name = entry.getKey().replace(".base_layer.", ".");
                if (name.contains(".lora_") || whole.put(name, entry.getValue()) != null) {
                    throw bad("tensor " + entry.getValue().name() + " belongs to no layer that target_modules "
                            + config.targets() + " of adapter_config.json names");
                }
            }
            return new AdapterParts(pairs, shifts, whole, rows, vocabularySize);
        }

        /** Returns a layer's name in the model that was adapted. */
        private String seen(String name) {
            return name.startsWith(lacking) ? name.substring(lacking.length()) : name;
        }

        /** Returns the number of rows of the table or the head. */
        private int vocabularySize() throws MalformedCheckpointException {
            for (String layer : List.of(table, AdaptedModule.HEAD)) {
                for (String name : List.of(layer + ".weight", layer + ".base_layer.weight")) {
                    TensorInfo stored = left.get(name);
                    if (stored != null) {
                        long rows =
                                stored.shape().isEmpty() ? 0 : stored.shape().get(0);
                        if (rows < 1 || rows > ModelConfig.MAX_SIZE) {
                            throw bad("tensor " + stored + ", expected 1 to " + ModelConfig.MAX_SIZE + " rows");
                        }
                        return (int) rows;
                    }
                }
            }
            return base.vocabularySize();
        }

        private Pair pair(AdaptedModule module) throws MalformedCheckpointException {
            String name = module.name();
            boolean embedding = module.kind() == AdaptedModule.Kind.EMBEDDING;
            int rank = config.rank(name);
            TensorInfo a = required(name + (embedding ? ".lora_embedding_A" : ".lora_A.weight"), rank, module.in());
            TensorInfo b = required(name + (embedding ? ".lora_embedding_B" : ".lora_B.weight"), module.out(), rank);
            TensorInfo magnitude = config.decomposed() ? magnitude(module) : null;
            return new Pair(a, b, config.scale(name), magnitude, module.kind() != AdaptedModule.Kind.LINEAR);
        }

        /** Finds the magnitude, to which early versions of PEFT gave the name of a layer's weight. */
        private TensorInfo magnitude(AdaptedModule module) throws MalformedCheckpointException {
            String name = module.name() + ".lora_magnitude_vector";
            return required(left.containsKey(name + ".weight") ? name + ".weight" : name, module.out());
        }

        private TensorInfo required(String name, long... shape) throws MalformedCheckpointException {
            TensorInfo found = left.remove(name);
            if (found == null) {
                throw bad("tensor " + BEGIN + name + " is missing, and adapter_config.json has target_modules "
                        + config.targets());
            }
            return checked(found, shape);
        }

        private TensorInfo checked(TensorInfo found, long... shape) throws MalformedCheckpointException {
            if (!found.hasShape(shape) || !found.dtype().isFloat()) {
                throw bad("tensor " + found + ", expected F64, F32, F16 or BF16 " + Arrays.toString(shape)
                        + " by the base and adapter_config.json's r " + config.rank());
            }
            return found;
        }

        private void checkRows(@Nullable TensorInfo rows) throws MalformedCheckpointException {
            int count = config.tokens().size();
            for (int token : config.tokens()) {
                if (token >= base.vocabularySize()) {
                    throw bad("trainable_token_indices has " + token + ", expected less than " + base.vocabularySize());
                }
            }
            if (rows == null
                    || !rows.hasShape(count, base.embeddingWidth())
                    || !rows.dtype().isFloat()) {
                throw bad("found " + (rows == null ? "no trainable_tokens_delta" : "tensor " + rows) + ", expected ["
                        + count + ", " + base.embeddingWidth() + "] by trainable_token_indices " + config.tokens());
            }
        }

        private MalformedCheckpointException bad(String problem) {
            return new MalformedCheckpointException(adapter.tensors().name(), problem);
        }
    }
}
