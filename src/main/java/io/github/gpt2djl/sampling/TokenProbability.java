package io.github.gpt2djl.sampling;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * How likely a token is.
 *
 * @param id the token
 * @param logProbability natural logarithm; -Infinity for a token that cannot come
 */
public record TokenProbability(int id, double logProbability) {
    /** By falling probability, then by rising id. */
    private static final Comparator<TokenProbability> LIKELIEST_FIRST = Comparator.comparingDouble(
                    TokenProbability::logProbability)
            .reversed()
            .thenComparingInt(TokenProbability::id);

    /** 0 to 1. */
    public double probability() {
        return Math.exp(logProbability);
    }

    /**
     * The likeliest tokens of a row, the likeliest first; of equal ones the lower id.
     *
     * @param logits [vocabulary]
     * @param logSumExp ln Σ exp(logits)
     * @param n at least 0; all if there are fewer
     */
    public static List<TokenProbability> top(FloatBuffer logits, double logSumExp, int n) {
        if (n == 0) {
            return List.of();
        }
        PriorityQueue<TokenProbability> best = new PriorityQueue<>(LIKELIEST_FIRST.reversed());
        double lowest = Double.NEGATIVE_INFINITY;
        for (int id = 0; id < logits.limit(); id++) {
            double logProbability = logits.get(id) - logSumExp;
            if (best.size() < n || logProbability > lowest) {
                best.add(new TokenProbability(id, logProbability));
                if (best.size() > n) {
                    best.remove();
                }
                lowest = best.element().logProbability;
            }
        }
        List<TokenProbability> sorted = new ArrayList<>(best);
        sorted.sort(LIKELIEST_FIRST);
        return List.copyOf(sorted);
    }
}
