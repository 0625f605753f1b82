package io.github.gpt2djl;

import java.util.List;

/**
 * How likely one of several continuations is.
 *
 * <pre>{@code
 * List<RankedContinuation> ranked = gpt2.rank("To be, or not to", List.of(" sleep", " be"));
 * System.out.println(ranked.get(0).index()); // 1
 * }</pre>
 *
 * @param index its place among those that were given, from 0
 * @param ids its ids
 * @param sum the natural logarithm of its probability
 * @param mean {@code sum} over the number of its ids, which does not favour short ones
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
