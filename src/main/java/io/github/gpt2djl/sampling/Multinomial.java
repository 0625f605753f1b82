package io.github.gpt2djl.sampling;

import java.nio.FloatBuffer;
import java.util.List;

/**
 * Draws from the softmax of the scores that the rules leave: the first id, in ascending order, at which the cumulative
 * probability exceeds the draw.
 *
 * <p>Not safe for concurrent use: the scratch memory of an instance serves one generation.
 *
 * <p>With the probabilities .5 .3 .15 .05, laid side by side on 0 to 1:
 *
 * <pre>{@code
 * Sampler sampler = new Multinomial(List.of());
 * System.out.println(sampler.sample(logits, soFar, 0.49)); // 0
 * System.out.println(sampler.sample(logits, soFar, 0.51)); // 1
 * }</pre>
 */
public final class Multinomial implements Sampler {
    /** The weight of a score of -Infinity is at most this. */
    static final double NOTHING = 1e-250;

    private final List<LogitsWarper> rules;
    private final Candidates candidates = new Candidates();

    /**
     * Creates a sampler with its own scratch memory.
     *
     * @param rules applied in this order
     */
    public Multinomial(List<LogitsWarper> rules) {
        this.rules = List.copyOf(rules);
    }

    /** {@return the rules in their order} */
    public List<LogitsWarper> rules() {
        return rules;
    }

    @Override
    public int sample(FloatBuffer logits, TokenSequence text, double draw) {
        candidates.fill(logits);
        for (LogitsWarper rule : rules) {
            rule.apply(candidates);
        }
        return draw(candidates, draw);
    }

    /** Returns the id at which the cumulative probability of the candidates exceeds the draw. */
    static int draw(Candidates candidates, double draw) {
        double[] weights = candidates.weights();
        int n = candidates.size();
        double target = draw * candidates.total();
        double sum = 0;
        int last = 0;
        for (int i = 0; i < n; i++) {
            sum += weights[i];
            if (sum > target) {
                return candidates.id(i);
            }
            last = weights[i] > NOTHING ? i : last;
        }
        // Only rounding leads here.
        return candidates.id(last);
    }
}
