package io.github.gpt2djl.sampling;

import java.nio.FloatBuffer;

/** Chooses the next token. */
public interface Sampler {
    /**
     * Chooses from one row of logits, which are not changed.
     *
     * @param logits [vocabulary]
     * @param text what is there so far
     * @param draw a random number in [0, 1); the same draw gives the same id
     * @return the id
     * @throws IllegalStateException if no token is left, or the logits are NaN or infinite
     */
    int sample(FloatBuffer logits, TokenSequence text, double draw);
}
