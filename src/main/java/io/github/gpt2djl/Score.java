package io.github.gpt2djl;

import io.github.gpt2djl.sampling.TokenProbability;
import java.util.List;

/**
 * How likely a model finds a text.
 *
 * <pre>{@code
 * Score score = gpt2.score("To be, or not to be");
 * System.out.println(score.ids().size() - score.logProbabilities().size()); // 1
 * System.out.printf("%.1f bits, perplexity %.1f%n", -score.logProbability() / Math.log(2), score.perplexity());
 * }</pre>
 *
 * @param ids the text's ids, after bos if that was asked for: at least 2
 * @param logProbabilities natural logarithms: element {@code i} is that of {@code ids.get(i + 1)} given the ids
 *     before it, so there is one fewer than ids
 * @param ranks element {@code i} is the place of {@code ids.get(i + 1)} among all tokens that could stand there: 1 for
 *     the likeliest, else one more than there are likelier ones
 * @param top element {@code i} is the likeliest tokens where {@code ids.get(i + 1)} stands, as many as {@link
 *     ScoreOptions#topLogprobs()} asks for, the likeliest first
 */
public record Score(
        List<Integer> ids, List<Double> logProbabilities, List<Integer> ranks, List<List<TokenProbability>> top) {
    /**
     * Copies the lists.
     *
     * @param ids copied
     * @param logProbabilities copied
     * @param ranks copied
     * @param top copied
     */
    public Score {
        ids = List.copyOf(ids);
        logProbabilities = List.copyOf(logProbabilities);
        ranks = List.copyOf(ranks);
        top = top.stream().map(List::copyOf).toList();
    }

    /**
     * {@return the natural logarithm of the probability of all ids after the first: the sum of their log-probabilities}
     */
    public double logProbability() {
        double sum = 0;
        for (double logProbability : logProbabilities) {
            sum += logProbability;
        }
        return sum;
    }

    /** {@return exp of the mean negative log-probability: 1 for a text foreseen with certainty} */
    public double perplexity() {
        return Math.exp(-logProbability() / logProbabilities.size());
    }
}
