package io.github.gpt2djl.sampling;

import java.nio.FloatBuffer;
import java.util.List;

/**
 * A sampler that applies a chain of rules to the scores before another sampler chooses.
 *
 * <p>Not safe for concurrent use: the scratch memory of an instance serves one generation.
 *
 * <p>With the probabilities .5 .3 .15 .05:
 *
 * <pre>{@code
 * Sampler sampler = new ProcessedSampler(List.of((scores, text) -> scores[0] = Float.NEGATIVE_INFINITY), new Greedy());
 * System.out.println(sampler.sample(logits, soFar, 0)); // 1
 * }</pre>
 */
public final class ProcessedSampler implements Sampler {
    private static final int LOWEST = Float.floatToRawIntBits(Float.NEGATIVE_INFINITY);
    private static final int HIGHEST = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);
    /** The maximum number of characters that a message spends on the rules, some of which name thousands of ids. */
    private static final int LONGEST = 300;

    private final List<LogitsProcessor> rules;
    private final Sampler sampler;
    private float[] scores = new float[0];

    /**
     * Creates a sampler with its own scratch memory.
     *
     * @param rules applied in this order
     * @param sampler chooses from the scores that the rules leave
     */
    public ProcessedSampler(List<LogitsProcessor> rules, Sampler sampler) {
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
     * @param scores [vocabulary]; changed in place
     * @param text the text so far
     * @return whether a token is left: a score that is not -Infinity
     * @throws IllegalStateException if a score is NaN afterwards
     */
    public static boolean process(List<LogitsProcessor> rules, float[] scores, TokenSequence text) {
        for (LogitsProcessor rule : rules) {
            rule.process(scores, text);
        }
        return some(scores, rules);
    }

    /** Returns whether a score is not -Infinity. Branch-free, so that the compiler vectorizes the loop. */
    static boolean some(float[] scores, List<LogitsProcessor> rules) {
        int left = 0;
        int nan = 0;
        for (float score : scores) {
            int bits = Float.floatToRawIntBits(score);
            left |= bits ^ LOWEST;
            nan |= HIGHEST - (bits & Integer.MAX_VALUE);
        }
        if (nan < 0) {
            throw new IllegalStateException("a score is NaN after " + abridged(rules) + "; expected numbers");
        }
        return left != 0;
    }

    /** Rejects a row in which the rules have banned every token. */
    static void requireSome(boolean some, float[] scores, List<LogitsProcessor> rules) {
        if (!some) {
            throw new NoTokenLeftException(rules, scores.length);
        }
    }

    private static String abridged(List<LogitsProcessor> rules) {
        String all = rules.toString();
        return all.length() <= LONGEST ? all : all.substring(0, LONGEST) + "…";
    }
}
