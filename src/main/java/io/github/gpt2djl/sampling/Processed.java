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
    private static final int LOWEST = Float.floatToRawIntBits(Float.NEGATIVE_INFINITY);
    private static final int HIGHEST = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);
    /** Characters of a message for the rules, some of which name thousands of ids. */
    private static final int LONGEST = 300;

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
        requireSome(process(rules, scores, text), scores, rules);
        return sampler.sample(FloatBuffer.wrap(scores), text, draw);
    }

    /**
     * Applies rules to scores.
     *
     * @param rules applied in this order
     * @param scores [vocabulary], which they change
     * @param text what is there so far
     * @return whether a token is left: a score that is not -Infinity
     * @throws IllegalStateException if a score is NaN then
     */
    public static boolean process(List<LogitsProcessor> rules, float[] scores, TokenSequence text) {
        for (LogitsProcessor rule : rules) {
            rule.process(scores, text);
        }
        return some(scores, rules);
    }

    /** Without branches, so that many scores are looked at together. */
    static boolean some(float[] scores, List<LogitsProcessor> rules) {
        int left = 0;
        int nan = 0;
        for (float score : scores) {
            int bits = Float.floatToRawIntBits(score);
            left |= bits ^ LOWEST;
            nan |= HIGHEST - (bits & Integer.MAX_VALUE);
        }
        if (nan < 0) {
            throw new IllegalStateException("a score is NaN after " + told(rules) + "; expected numbers");
        }
        return left != 0;
    }

    /** Rejects a row in which the rules have banned everything. */
    static void requireSome(boolean some, float[] scores, List<LogitsProcessor> rules) {
        if (!some) {
            throw new NoTokenLeftException(rules, scores.length);
        }
    }

    private static String told(List<LogitsProcessor> rules) {
        String all = rules.toString();
        return all.length() <= LONGEST ? all : all.substring(0, LONGEST) + "…";
    }
}
