package io.github.gpt2djl.sampling;

import java.nio.FloatBuffer;

/** Chooses the next token. */
public interface Sampler {
    /**
     * The id chosen from one row of logits, which are not changed.
     *
     * @param logits [vocabulary]
     * @param text what is there so far
     * @param draw a random number in [0, 1); the same draw gives the same id
     */
    int sample(FloatBuffer logits, TokenSequence text, double draw);
}
