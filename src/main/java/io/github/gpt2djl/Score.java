package io.github.gpt2djl;

import io.github.gpt2djl.sampling.TokenProbability;
import java.util.List;

/**
 * The probability that a model gives to a text.
 *
 * <pre>{@code
 * Score score = gpt2.score("To be, or not to be");
 * System.out.println(score.ids().size() - score.logProbabilities().size()); // 1
 * System.out.printf("%.1f bits, perplexity %.1f%n", -score.logProbability() / Math.log(2), score.perplexity());
 * }</pre>
 *
 * @param ids the text's ids, preceded by bos if {@link ScoreOptions#bos()} asks for it: at least 2
 * @param logProbabilities natural logarithms, one fewer than ids: element {@code i} is the log-probability of {@code
 *     ids.get(i + 1)} given the ids before it
 * @param ranks element {@code i} is the rank of {@code ids.get(i + 1)} among all tokens at its position: one more than
 *     the number of likelier tokens, so 1 for the likeliest
 * @param top element {@code i} lists the {@link ScoreOptions#topLogprobs()} likeliest tokens at the position of {@code
 *     ids.get(i + 1)}, the likeliest first
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

    /** {@return exp of the mean negative log-probability: 1 for a text predicted with certainty} */
    public double perplexity() {
        return Math.exp(-logProbability() / logProbabilities.size());
    }
}
