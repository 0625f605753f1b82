package io.github.gpt2djl.internal.loop;

import java.util.List;
import java.util.OptionalDouble;

/**
 * A running generation, token by token.
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
     * Chooses the next token of each running row. A search returns no tokens before its end.
     *
     * <p>An exception ends all rows. If only one row cannot go on, because its rules fail or its prompt lacks memory,
     * that row ends with {@link SampledToken#failure()} and the other rows are not affected.
     *
     * @return one token per running row; {@link SampledToken#last()} marks the last token of a row
     * @throws java.util.NoSuchElementException if all rows have ended
     */
    List<SampledToken> next();

    /**
     * Ends a row early. Does nothing for unknown and ended rows.
     *
     * @param row its number, as in {@link SampledToken#row()}
     */
    void end(int row);

    /**
     * The score of a sequence that a search has found.
     *
     * @param row the number of the sequence; the best sequence has 0
     * @return the score; empty if nothing was searched
     */
    default OptionalDouble score(int row) {
        return OptionalDouble.empty();
    }

    /** {@return the statistics so far, as far as the loop measures them} */
    default LoopStatistics statistics() {
        return LoopStatistics.NONE;
    }

    @Override
    void close();
}
