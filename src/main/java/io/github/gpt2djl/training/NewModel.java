package io.github.gpt2djl.training;

import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.Checkpoint.TokenizerFiles;
import io.github.gpt2djl.internal.decoder.InitialTensors;

/**
 * A model that has learned nothing yet.
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
     * A GPT-2 with random weights.
     *
     * @param config its shape, {@link ModelConfig#gpt2} for example
     * @param tokenizerJson a tokenizer.json with as many tokens as the model, {@link
     *     io.github.gpt2djl.tokenizer.BpeTrainer}'s for example
     * @param seed the same seed gives the same weights
     * @return the model, as if it had been read from a folder
     */
    public static Checkpoint of(ModelConfig config, String tokenizerJson, long seed) {
        return new Checkpoint(
                "a new model",
                config,
                InitialTensors.of(config, seed),
                new TokenizerFiles("tokenizer.json", tokenizerJson, null));
    }
}
