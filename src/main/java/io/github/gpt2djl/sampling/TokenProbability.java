package io.github.gpt2djl.sampling;

import io.github.gpt2djl.internal.sampling.HighestScores;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * A token with its probability.
 *
 * <p>With the probabilities .5 .3 .15 .05:
 *
 * <pre>{@code
 * TokenProbability likeliest = TokenProbability.top(logits, 0, 1).get(0);
 * System.out.printf(Locale.ROOT, "%d %.2f%n", likeliest.id(), likeliest.probability());
 * }</pre>
 *
 * @param id the token
 * @param logProbability the natural logarithm of the probability; -Infinity for a banned token
 */
public record TokenProbability(int id, double logProbability) {
    /** {@return exp of the log-probability, 0 to 1} */
    public double probability() {
        return Math.exp(logProbability);
    }

    /**
     * Returns the likeliest tokens of a row, the likeliest first and the lower id on ties, without banned tokens.
     *
     * @param logits [vocabulary]
     * @param logSumExp ln Σ exp(logits)
     * @param n at least 0
     * @return at most n tokens
     */
    public static List<TokenProbability> top(FloatBuffer logits, double logSumExp, int n) {
        if (n == 0) {
            return List.of();
        }
        float[] scores = new float[logits.limit()];
        logits.get(0, scores);
        HighestScores highest = new HighestScores(Math.min(n, scores.length));
        highest.look(scores, 0, 0);
        return Arrays.stream(highest.take())
                .mapToObj(key -> new TokenProbability(HighestScores.number(key), HighestScores.score(key) - logSumExp))
                .toList();
    }
}
