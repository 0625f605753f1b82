package io.github.gpt2djl.sampling;

import java.nio.FloatBuffer;
import java.util.List;

/**
 * Draws from softmax of the scores that the rules leave: the first id, in rising order, at which the cumulative
 * probability exceeds the draw.
 *
 * <p>Keeps scratch memory: one instance serves one generation.
 */
public final class Multinomial implements Sampler {
    private final List<Warper> rules;
    private final Candidates candidates = new Candidates();

    /** @param rules applied in this order */
    public Multinomial(List<Warper> rules) {
        this.rules = List.copyOf(rules);
    }

    @Override
    public int sample(FloatBuffer logits, double draw) {
        candidates.fill(logits);
        for (Warper rule : rules) {
            rule.apply(candidates);
        }
        float highest = candidates.highest();
        double total = 0;
        for (int i = 0; i < candidates.size(); i++) {
            total += Math.exp(candidates.score(i) - highest);
        }
        if (Double.isNaN(total)) {
            throw Candidates.notNumbers();
        }
        double target = draw * total;
        double sum = 0;
        int last = 0;
        for (int i = 0; i < candidates.size(); i++) {
            double weight = Math.exp(candidates.score(i) - highest);
            sum += weight;
            if (sum > target) {
                return candidates.id(i);
            }
            last = weight > 0 ? i : last;
        }
        // Only rounding leads here.
        return candidates.id(last);
    }
}
