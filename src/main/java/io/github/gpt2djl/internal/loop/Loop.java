package io.github.gpt2djl.internal.loop;

import java.util.List;
import java.util.OptionalDouble;

/**
 * A generation on its way, token by token.
 *
 * <pre>{@code
 * try (Loop loop = new TokenLoop(decoder, List.of(request).iterator(), 1)) {
 *     while (loop.hasNext()) {
 *         loop.next().forEach(token -> System.out.println(token.id()));
 *     }
 * }
 * }</pre>
 */
public interface Loop extends AutoCloseable {
    /** {@return whether a row is still running} */
    boolean hasNext();

    /**
     * Chooses the next token of each running row; a search hands out none before its end.
     *
     * <p>An exception ends all rows. A row that alone cannot go on, as its rules or its prompt's memory fail, ends with
     * {@link SampledToken#failure()}, and the others are not touched.
     *
     * @return one token a running row; a row's last one says so
     * @throws java.util.NoSuchElementException if all rows have ended
     */
    List<SampledToken> next();

    /**
     * Ends a row before its time; unknown and ended rows are left alone.
     *
     * @param row its number, as in {@link SampledToken#row()}
     */
    void end(int row);

    /**
     * The score of a sequence that a search has found.
     *
     * @param row its number, the best sequence's is 0
     * @return empty where nothing was searched
     */
    default OptionalDouble score(int row) {
        return OptionalDouble.empty();
    }

    /** {@return what it has done so far, as far as it measures that} */
    default LoopStatistics statistics() {
        return LoopStatistics.NONE;
    }

    @Override
    void close();
}
