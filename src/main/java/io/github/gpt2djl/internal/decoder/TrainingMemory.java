package io.github.gpt2djl.internal.decoder;

import io.github.gpt2djl.InsufficientMemoryException;
import io.github.gpt2djl.ModelConfig;

/** How much memory a training takes, told before it begins. */
final class TrainingMemory {
    /** Beside weights and activations: libtorch itself and what its products need. */
    private static final long REST = 250_000_000;

    /** Of the embedding's width, for each token and layer: what the way back needs of the way there. */
    private static final int KEPT = 19;

    private TrainingMemory() {}

    /**
     * In bytes.
     *
     * @param learning the number of weights that learn
     * @param tokens of a batch
     */
    static long bytes(ModelConfig config, long learning, long tokens) {
        // Each weight; of those that learn also two gradients, new and summed up, and two moments.
        long weights = Float.BYTES * (config.parameters() + 4 * learning);
        // Logits, their logarithms of probabilities, and their gradients.
        long head = 3L * config.vocabularySize();
        long token = (long) KEPT * config.width() * config.layers() + head;
        return REST + weights + Float.BYTES * tokens * token;
    }

    /** @throws InsufficientMemoryException if less is free */
    static void check(String name, ModelConfig config, long learning, long tokens, long free) {
        long needed = bytes(config, learning, tokens);
        if (needed > free) {
            throw new InsufficientMemoryException(
                    "training " + name,
                    needed,
                    free,
                    "what takes less: a smaller batchSize (accumulation makes up for it), a smaller context, frozen"
                            + " layers, LoRA, or a smaller model");
        }
    }
}
