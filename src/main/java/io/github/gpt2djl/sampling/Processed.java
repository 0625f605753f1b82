package io.github.gpt2djl.sampling;

import java.nio.FloatBuffer;
import java.util.List;

/**
 * A sampler that gets its scores from a chain of rules.
 *
 * <p>Keeps scratch memory: one instance serves one generation.
 *
 * <p>Of the probabilities .5 .3 .15 .05:
 *
 * <pre>{@code
 * Sampler sampler = new Processed(List.of((scores, text) -> scores[0] = Float.NEGATIVE_INFINITY), new Greedy());
 * System.out.println(sampler.sample(logits, soFar, 0)); // 1
 * }</pre>
 */
public final class Processed implements Sampler {
    private final List<LogitsProcessor> rules;
    private final Sampler sampler;
    private float[] scores = new float[0];

    /**
     * A sampler behind rules.
     *
     * @param rules applied in this order
     * @param sampler gets what they leave
     */
    public Processed(List<LogitsProcessor> rules, Sampler sampler) {
        this.rules = List.copyOf(rules);
        this.sampler = sampler;
    }

    @Override
    public int sample(FloatBuffer logits, TokenSequence text, double draw) {
        if (scores.length != logits.limit()) {
            scores = new float[logits.limit()];
        }
        logits.get(0, scores);
        for (LogitsProcessor rule : rules) {
            rule.process(scores, text);
        }
        requireSome(scores, rules);
        return sampler.sample(FloatBuffer.wrap(scores), text, draw);
    }

    /** Rejects a row in which the rules have banned everything. */
    static void requireSome(float[] scores, List<LogitsProcessor> rules) {
        for (float score : scores) {
            if (score != Float.NEGATIVE_INFINITY) {
                return;
            }
        }
        throw new NoTokenLeftException(rules, scores.length);
    }
}
