package io.github.gpt2djl;

import java.util.List;

/**
 * One of several continuations, with its probability.
 *
 * <pre>{@code
 * List<RankedContinuation> ranked = gpt2.rank("To be, or not to", List.of(" sleep", " be"));
 * System.out.println(ranked.get(0).index()); // 1
 * }</pre>
 *
 * @param index the index of the continuation among the given ones, from 0
 * @param ids the ids of the continuation
 * @param sum the natural logarithm of the continuation's probability
 * @param mean {@code sum} divided by the number of ids, which does not favour short continuations
 */
public record RankedContinuation(int index, List<Integer> ids, double sum, double mean) {
    /**
     * Copies the ids.
     *
     * @param index from 0
     * @param ids copied
     * @param sum at most 0
     * @param mean at most 0
     */
    public RankedContinuation {
        ids = List.copyOf(ids);
    }
}
