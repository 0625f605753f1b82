package io.github.gpt2djl.training;

import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.InvalidOptionException.Setting;
import io.github.gpt2djl.NamedOption;

/**
 * Which weights of a model learn, and how.
 *
 * <pre>{@code
 * Learning all = Learning.all(0.1);
 * Learning upperHalf = new Learning(0.1, 6, 0, 0);
 * Learning adapter = new Learning(0.1, 0, 8, 16);
 * }</pre>
 *
 * @param dropout the share of activations that is left out at random, 0 or more and less than 1 (GPT-2's is 0.1): of
 *     embeddings, and of what each half layer adds; not of attention, which would take twice the time
 * @param frozenLayers the lowest layers that stay as they are, and the embeddings with them; 0: everything learns
 * @param adapterRank LoRA's rank: the model stays as it is, and a pair of thin matrices for each layer's c_attn learns
 *     (Hu et al. 2021); 0: no adapter
 * @param adapterAlpha what the pair's product is multiplied with, times the rank
 */
public record Learning(double dropout, int frozenLayers, int adapterRank, double adapterAlpha) {
    static final NamedOption FREEZE_LAYERS = NamedOption.of("freezeLayers");
    static final NamedOption LORA_RANK = NamedOption.of("loraRank");

    /**
     * Checks the values.
     *
     * @param dropout as above
     * @param frozenLayers as above
     * @param adapterRank as above
     * @param adapterAlpha as above
     * @throws InvalidOptionException if one is out of range, or one has no effect beside another
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
     * How all weights of a new model learn.
     *
     * @param dropout as above
     * @return neither frozen layers nor an adapter
     */
    public static Learning all(double dropout) {
        return new Learning(dropout, 0, 0, 0);
    }

    /** {@return what the adapter's product is multiplied by: {@code adapterAlpha / adapterRank}; 0 without an adapter} */
    public double adapterScale() {
        return adapterRank == 0 ? 0 : adapterAlpha / adapterRank;
    }
}
