package io.github.gpt2djl.sampling;

import java.nio.FloatBuffer;

/**
 * Chooses the token with the highest logit, and the lowest id on ties, as torch.argmax does. The draw is not used.
 *
 * <p>With the probabilities .5 .3 .15 .05:
 *
 * <pre>{@code
 * System.out.println(new Greedy().sample(logits, soFar, 0.9)); // 0
 * }</pre>
 */
public record Greedy() implements Sampler {
    @Override
    public int sample(FloatBuffer logits, TokenSequence text, double draw) {
        int best = 0;
        float highest = Float.NEGATIVE_INFINITY;
        for (int id = 0; id < logits.limit(); id++) {
            float logit = logits.get(id);
            if (logit > highest) {
                highest = logit;
                best = id;
            }
        }
        if (highest == Float.NEGATIVE_INFINITY) {
            throw Candidates.notNumbers();
        }
        return best;
    }
}
