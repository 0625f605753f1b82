package io.github.gpt2djl.sampling;

import java.nio.FloatBuffer;

/** The highest logit; the lowest id on ties, as torch.argmax. The draw is not used. */
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
