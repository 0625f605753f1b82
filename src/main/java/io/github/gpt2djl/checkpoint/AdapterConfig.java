package io.github.gpt2djl.checkpoint;

import io.github.gpt2djl.internal.checkpoint.NamePattern;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The configuration of a LoRA adapter (Hu et al. 2021), read from PEFT's {@code adapter_config.json}; the keys named
 * here are PEFT's.
 *
 * <pre>{@code
 * AdapterConfig config = new AdapterConfig("gpt2", 8, 16, List.of("c_attn"), 0.05);
 * System.out.println(config.scale("transformer.h.0.attn.c_attn")); // 2.0
 * }</pre>
 *
 * @param base the base model ({@code base_model_name_or_path}): a name, followed by {@code @} and its {@code revision}
 *     if that is not main, or a folder
 * @param rank number of rows of A and of columns of B ({@code r})
 * @param alpha the scale of the product of A and B, before division by the rank ({@code lora_alpha})
 * @param rankStabilized whether alpha is divided by the rank's square root instead of the rank ({@code use_rslora}:
 *     Kalajdzievski 2023)
 * @param decomposed whether an adapted weight has a learned magnitude ({@code use_dora}: Liu et al. 2024)
 * @param targets the adapted layers
 * @param ranks different ranks of single layers, by regular expressions for the ends of their names ({@code
 *     rank_pattern})
 * @param alphas different alphas of single layers, by such expressions ({@code alpha_pattern})
 * @param saved layers that are stored whole, by the ends of their names ({@code modules_to_save})
 * @param tokens ids whose embeddings are stored, in the order of the stored rows ({@code trainable_token_indices})
 * @param keepsTied whether a head that is the embedding table must stay tied; supported only if the adapter changes
 *     neither ({@code ensure_weight_tying})
 * @param dropout dropout of the adapter's input in training ({@code lora_dropout})
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
     * @param rankStabilized whether alpha is divided by the rank's square root
     * @param decomposed whether magnitudes are stored
     * @param targets the adapted layers
     * @param ranks each at least 1
     * @param alphas each finite
     * @param saved ends of names
     * @param tokens each at least 0
     * @param keepsTied whether a tied head must stay tied
     * @param dropout 0 to below 1
     * @throws IllegalArgumentException if a value is out of range; the message names PEFT's key
     */
    public AdapterConfig {
        require(!base.isBlank() && base.indexOf('\0') < 0, "base_model_name_or_path", base, "a model's name or folder");
        require(rank >= 1, "r", rank, "at least 1");
        require(Double.isFinite(alpha), "lora_alpha", alpha, "a finite number");
        require(dropout >= 0 && dropout < 1, "lora_dropout", dropout, "0 to below 1");
        // Ordered copies: the first expression that matches applies.
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
     * Creates the configuration of an adapter for layers in all blocks, scaled by alpha / rank.
     *
     * @param base a name, optionally followed by {@code @} and a revision, or a folder
     * @param rank at least 1
     * @param alpha finite
     * @param targetModules the ends of the layers' names, at least one
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
     * Returns the rank of a layer's matrices.
     *
     * @param module the layer's name, such as {@code transformer.h.0.attn.c_attn}
     * @return the rank of the first expression that matches, or {@link #rank}
     */
    public int rank(String module) {
        return first(ranks, module, rank);
    }

    /**
     * Returns the factor of the product of a layer's matrices.
     *
     * @param module the layer's name, such as {@code transformer.h.0.attn.c_attn}
     * @return alpha divided by the rank, or by its square root
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
     * Tells whether the product of two small matrices is added to a layer. A layer that is stored whole has none.
     *
     * @param module the layer's name, such as {@code transformer.h.0.attn.c_attn}
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
