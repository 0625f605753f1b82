package io.github.gpt2djl.training;

import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.InvalidOptionException.Setting;
import io.github.gpt2djl.NamedOption;

/**
 * The weights of a model that are trained: all, the upper layers, or a LoRA adapter.
 *
 * <pre>{@code
 * Learning all = Learning.all(0.1);
 * Learning upperHalf = new Learning(0.1, 6, 0, 0);
 * Learning adapter = new Learning(0.1, 0, 8, 16);
 * }</pre>
 *
 * @param dropout the fraction of activations that is dropped at random, 0 or more and less than 1 (0.1 for GPT-2).
 *     Applies to embeddings and to the outputs of attention and MLP, but not to the attention weights, where dropout
 *     would double the time
 * @param frozenLayers number of lowest layers that are not trained, together with the embeddings; 0 trains everything
 * @param adapterRank LoRA's rank: only a pair of thin matrices for each layer's c_attn is trained (Hu et al. 2021); 0
 *     for no adapter
 * @param adapterAlpha LoRA's alpha: the pair's product is scaled by {@code adapterAlpha / adapterRank}
 */
public record Learning(double dropout, int frozenLayers, int adapterRank, double adapterAlpha) {
    static final NamedOption FREEZE_LAYERS = NamedOption.of("freezeLayers");
    static final NamedOption LORA_RANK = NamedOption.of("loraRank");

    /**
     * Checks the values.
     *
     * @param dropout 0 or more and less than 1
     * @param frozenLayers 0 or more
     * @param adapterRank 1 or more, or 0 for no adapter
     * @param adapterAlpha more than 0 with an adapter
     * @throws InvalidOptionException if a value is out of range or in conflict with another
     */
    public Learning {
        if (!(dropout >= 0 && dropout < 1)) {
            throw InvalidOptionException.value(NamedOption.of("dropout"), dropout, "0 or more, and less than 1");
        }
        if (frozenLayers < 0) {
            throw InvalidOptionException.value(FREEZE_LAYERS, frozenLayers, "0 or more");
        }
        if (adapterRank < 0) {
            throw InvalidOptionException.value(LORA_RANK, adapterRank, "1 or more, or 0 for none");
        }
        if (adapterRank > 0 && !(adapterAlpha > 0 && Double.isFinite(adapterAlpha))) {
            throw InvalidOptionException.value(NamedOption.of("loraAlpha"), adapterAlpha, "more than 0");
        }
        if (adapterRank > 0 && frozenLayers > 0) {
            throw InvalidOptionException.conflict(
                    FREEZE_LAYERS,
                    frozenLayers,
                    new Setting(LORA_RANK, adapterRank),
                    "one of them: with an adapter all layers stay as they are");
        }
    }

    /**
     * Trains all weights.
     *
     * @param dropout 0 or more and less than 1
     * @return the setting without frozen layers and without an adapter
     */
    public static Learning all(double dropout) {
        return new Learning(dropout, 0, 0, 0);
    }

    /** {@return the scale of the adapter's product, {@code adapterAlpha / adapterRank}; 0 without an adapter} */
    public double adapterScale() {
        return adapterRank == 0 ? 0 : adapterAlpha / adapterRank;
    }
}
