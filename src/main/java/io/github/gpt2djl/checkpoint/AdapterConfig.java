package io.github.gpt2djl.checkpoint;

import io.github.gpt2djl.internal.checkpoint.NamePattern;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an {@code adapter_config.json} of PEFT's tells of a LoRA adapter (Hu et al. 2021); the keys named here are its.
 *
 * <pre>{@code
 * AdapterConfig config = new AdapterConfig("gpt2", 8, 16, List.of("c_attn"), 0.05);
 * System.out.println(config.scale("transformer.h.0.attn.c_attn")); // 2.0
 * }</pre>
 *
 * @param base the model that is adapted ({@code base_model_name_or_path}): a name, with {@code @} and its
 *     {@code revision} if it is not main, or a folder
 * @param rank rows of A and columns of B ({@code r})
 * @param alpha what the product of A and B is multiplied by, after division by the rank ({@code lora_alpha})
 * @param rankStabilized whether by the rank's square root instead ({@code use_rslora}: Kalajdzievski 2023)
 * @param decomposed whether the sum gets a learned magnitude ({@code use_dora}: Liu et al. 2024)
 * @param targets the adapted layers
 * @param ranks other ranks, by regular expressions for the ends of names ({@code rank_pattern})
 * @param alphas other alphas, the same way ({@code alpha_pattern})
 * @param saved layers that are stored whole, by the ends of their names ({@code modules_to_save})
 * @param tokens ids whose embeddings are stored, in the order of the stored rows ({@code trainable_token_indices})
 * @param keepsTied whether a head that is the embedding table should stay so, which is only computed where neither is
 *     changed ({@code ensure_weight_tying})
 * @param dropout of the adapter's input in training ({@code lora_dropout})
 */
public record AdapterConfig(
        String base,
        int rank,
        double alpha,
        boolean rankStabilized,
        boolean decomposed,
        AdapterTargets targets,
        Map<String, Integer> ranks,
        Map<String, Double> alphas,
        List<String> saved,
        List<Integer> tokens,
        boolean keepsTied,
        double dropout) {

    /**
     * Copies the collections, and checks the ranges.
     *
     * @param base not blank
     * @param rank at least 1
     * @param alpha finite
     * @param rankStabilized whether to divide by the rank's square root
     * @param decomposed whether magnitudes are stored
     * @param targets the adapted layers
     * @param ranks each at least 1
     * @param alphas each finite
     * @param saved names
     * @param tokens each at least 0
     * @param keepsTied as above
     * @param dropout 0 to below 1
     * @throws IllegalArgumentException if one is not as described; the message names PEFT's key
     */
    public AdapterConfig {
        require(!base.isBlank() && base.indexOf('\0') < 0, "base_model_name_or_path", base, "a model's name or folder");
        require(rank >= 1, "r", rank, "at least 1");
        require(Double.isFinite(alpha), "lora_alpha", alpha, "a finite number");
        require(dropout >= 0 && dropout < 1, "lora_dropout", dropout, "0 to below 1");
        // In their order: the first that matches counts.
        ranks = Collections.unmodifiableMap(new LinkedHashMap<>(ranks));
        alphas = Collections.unmodifiableMap(new LinkedHashMap<>(alphas));
        saved = List.copyOf(saved);
        tokens = List.copyOf(tokens);
        for (int other : ranks.values()) {
            require(other >= 1, "rank_pattern", other, "at least 1");
        }
        for (double other : alphas.values()) {
            require(Double.isFinite(other), "alpha_pattern", other, "a finite number");
        }
        for (int token : tokens) {
            require(token >= 0, "trainable_token_indices", token, "at least 0");
        }
    }

    /**
     * All blocks, scaled by alpha / rank.
     *
     * @param base a name, with {@code @} and its revision if need be, or a folder
     * @param rank at least 1
     * @param alpha finite
     * @param targetModules at least one
     * @param dropout 0 to below 1
     */
    public AdapterConfig(String base, int rank, double alpha, List<String> targetModules, double dropout) {
        this(
                base,
                rank,
                alpha,
                false,
                false,
                AdapterTargets.of(targetModules.toArray(String[]::new)),
                Map.of(),
                Map.of(),
                List.of(),
                List.of(),
                false,
                dropout);
    }

    /**
     * The rank of a layer's matrices.
     *
     * @param module the layer's name, like {@code transformer.h.0.attn.c_attn}
     * @return that of the first expression that matches, or {@link #rank}
     */
    public int rank(String module) {
        return first(ranks, module, rank);
    }

    /**
     * What the product of a layer's matrices is multiplied by.
     *
     * @param module the layer's name, like {@code transformer.h.0.attn.c_attn}
     * @return alpha divided by the rank or its root
     */
    public double scale(String module) {
        int own = rank(module);
        return first(alphas, module, alpha) / (rankStabilized ? Math.sqrt(own) : own);
    }

    private static <T> T first(Map<String, T> byExpression, String module, T otherwise) {
        return byExpression.entrySet().stream()
                .filter(entry -> NamePattern.matchesEnd(entry.getKey(), module))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(otherwise);
    }

    /**
     * Whether the product of two small matrices is added to a layer. A layer that is stored whole has none.
     *
     * @param module the layer's name, like {@code transformer.h.0.attn.c_attn}
     * @param isInner whether the layer lies within a transformer block
     * @return whether the adapter has matrices for the layer
     */
    public boolean adapts(String module, boolean isInner) {
        return saved.stream().noneMatch(name -> NamePattern.matchesPart(name, module))
                && targets.matches(module, isInner);
    }

    private static void require(boolean right, String key, Object found, String expected) {
        if (!right) {
            throw new IllegalArgumentException(key + " is " + found + ", expected " + expected);
        }
    }
}
