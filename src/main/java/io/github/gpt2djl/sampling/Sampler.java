package io.github.gpt2djl.sampling;

import java.nio.FloatBuffer;

/**
 * Chooses the next token.
 *
 * <p>With the probabilities .5 .3 .15 .05:
 *
 * <pre>{@code
 * Sampler sampler = new Multinomial(List.of(new Temperature(2), new TopK(2)));
 * System.out.println(sampler.sample(logits, soFar, 0.5)); // 0
 * System.out.println(sampler.sample(logits, soFar, 0.6)); // 1
 * }</pre>
 */
public interface Sampler {
    /**
     * Chooses a token from one row of logits.
     *
     * @param logits [vocabulary]; not changed
     * @param text the text so far
     * @param draw a random number in [0, 1); the same draw gives the same id
     * @return the token's id
     * @throws IllegalStateException if no token is left, or the logits are NaN or infinite
     */
    int sample(FloatBuffer logits, TokenSequence text, double draw);
}
