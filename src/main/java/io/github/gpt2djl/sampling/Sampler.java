package io.github.gpt2djl.sampling;

import java.nio.FloatBuffer;

/**
 * Chooses the next token.
 *
 * <p>Of the probabilities .5 .3 .15 .05:
 *
 * <pre>{@code
 * Sampler sampler = new Multinomial(List.of(new Temperature(2), new TopK(2)));
 * System.out.println(sampler.sample(logits, soFar, 0.5)); // 0
 * System.out.println(sampler.sample(logits, soFar, 0.6)); // 1
 * }</pre>
 */
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
