package io.github.gpt2djl.training;

import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import io.github.gpt2djl.internal.decoder.InitialTensors;

/**
 * Creates untrained models.
 *
 * <pre>{@code
 * String text = "low low low lower lower newest newest widest";
 * Checkpoint model = NewModel.of(ModelConfig.gpt2(2, 2, 32, 16, 262), BpeTrainer.train(text, 262), 1);
 * System.out.println(model.config().parameters()); // 34368
 * }</pre>
 */
public final class NewModel {
    private NewModel() {}

    /**
     * Creates a GPT-2 with random weights.
     *
     * @param config the architecture, for example from {@link ModelConfig#gpt2}
     * @param tokenizerJson a tokenizer.json whose vocabulary has the size of the model's, for example from {@link
     *     io.github.gpt2djl.tokenizer.BpeTrainer}
     * @param seed the seed of the weights; the same seed gives the same weights
     * @return the model, in memory
     */
    public static Checkpoint of(ModelConfig config, String tokenizerJson, long seed) {
        return new Checkpoint(
                "a new model",
                config,
                InitialTensors.of(config, seed),
                new TokenizerFiles("tokenizer.json", tokenizerJson, null));
    }
}
