package io.github.gpt2djl.sampling;

import java.nio.FloatBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The softmax of scores; a token with -Infinity is excluded. */
final class Distribution {
    final float[] scores;
    private final double logSumExp;

    Distribution(float[] scores) {
        this.scores = scores;
        float highest = Float.NEGATIVE_INFINITY;
        for (float score : scores) {
            highest = Math.max(highest, score);
        }
        double sum = 0;
        for (float score : scores) {
            sum += Math.exp(score - highest);
        }
        logSumExp = highest + Math.log(sum);
    }

    double logProbability(int id) {
        return scores[id] - logSumExp;
    }

    double probability(int id) {
        return Math.exp(logProbability(id));
    }

    boolean without(int id) {
        return scores[id] == Float.NEGATIVE_INFINITY;
    }

    Optional<TokenProbability> likeliest(IntPredicate which) {
        return ids(which).max(Comparator.comparingDouble(TokenProbability::logProbability));
    }

    Optional<TokenProbability> leastLikely(IntPredicate which) {
        return ids(which).min(Comparator.comparingDouble(TokenProbability::logProbability));
    }

    private Stream<TokenProbability> ids(IntPredicate which) {
        return IntStream.range(0, scores.length)
                .filter(which)
                .mapToObj(id -> new TokenProbability(id, logProbability(id)));
    }

    int size() {
        int size = 0;
        for (float score : scores) {
            size += score > Float.NEGATIVE_INFINITY ? 1 : 0;
        }
        return size;
    }

    /** Returns 1 for the likeliest token; among equally likely ones the lower id comes first. */
    int rank(int id) {
        int rank = 1;
        for (int other = 0; other < scores.length; other++) {
            rank += scores[other] > scores[id] || (scores[other] == scores[id] && other < id) ? 1 : 0;
        }
        return rank;
    }

    /** Returns the entropy in nats. */
    double entropy() {
        double entropy = 0;
        for (int id = 0; id < scores.length; id++) {
            double p = probability(id);
            entropy -= p > 0 ? p * logProbability(id) : 0;
        }
        return entropy;
    }

    /** Returns the total probability in this distribution of the tokens that another one includes. */
    double mass(Distribution others) {
        double mass = 0;
        for (int id = 0; id < scores.length; id++) {
            mass += others.without(id) ? 0 : probability(id);
        }
        return Math.min(mass, 1);
    }

    List<TokenProbability> top(int n) {
        return TokenProbability.top(FloatBuffer.wrap(scores), logSumExp, n);
    }
}
