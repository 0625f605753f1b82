package io.github.gpt2djl.internal.checkpoint;

import io.github.gpt2djl.ModelConfig.Architecture;

/**
 * The names of the tensors that every model has once, without a prefix.
 *
 * <pre>{@code
 * System.out.println(PublishedNames.table(ModelConfig.Architecture.OPT)); // embed_tokens.weight
 * }</pre>
 */
public final class PublishedNames {
    /** The name of the output layer's weight, in all architectures. */
    public static final String HEAD = "lm_head.weight";

    private PublishedNames() {}

    /**
     * Names the embedding table.
     *
     * @param architecture the family
     * @return its name
     */
    public static String table(Architecture architecture) {
        return switch (architecture) {
            case GPT2, GPT_NEO -> "wte.weight";
            case GPT -> "tokens_embed.weight";
            case OPT -> "embed_tokens.weight";
        };
    }

    /**
     * Names the table of the positions' vectors.
     *
     * @param architecture the family
     * @return the table's name
     */
    public static String positions(Architecture architecture) {
        return switch (architecture) {
            case GPT2, GPT_NEO -> "wpe.weight";
            case GPT -> "positions_embed.weight";
            case OPT -> "embed_positions.weight";
        };
    }

    /**
     * Names the layers.
     *
     * @param architecture the family
     * @return the beginning of their tensors' names; a number follows
     */
    public static String layers(Architecture architecture) {
        return architecture == Architecture.OPT ? "layers." : "h.";
    }

    /**
     * Names the norm after the last layer.
     *
     * @param architecture the family
     * @return the beginning of its tensors' names
     */
    public static String finalNorm(Architecture architecture) {
        return architecture == Architecture.OPT ? "final_layer_norm" : "ln_f";
    }
}
