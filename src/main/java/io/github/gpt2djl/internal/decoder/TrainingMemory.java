package io.github.gpt2djl.internal.decoder;

import io.github.gpt2djl.InsufficientMemoryException;
import io.github.gpt2djl.ModelConfig;

/** Estimates the memory of a training before the training begins. */
final class TrainingMemory {
    /** The bytes besides weights and activations: libtorch itself and the memory of its products. */
    private static final long REST = 250_000_000;

    /**
     * The activations of the forward pass that the backward pass needs: for each token and layer, as a multiple of the
     * embedding's width.
     */
    private static final int KEPT = 19;

    private TrainingMemory() {}

    /**
     * The estimate in bytes.
     *
     * @param learning the number of weights that learn
     * @param tokens of a batch
     */
    static long bytes(ModelConfig config, long learning, long tokens) {
        // Each weight; for each weight that learns also two gradients (new and summed up) and two moments.
        long weights = Float.BYTES * (config.parameters() + 4 * learning);
        // Logits, their log-probabilities, and their gradients.
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
