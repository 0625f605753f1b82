package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.internal.decoder.RunningBatch;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the keys and values of texts, so that a text with the same beginning need not be computed as a whole.
 *
 * <pre>{@code
 * PrefixCache prefixes = new PrefixCache(decoder.bytesPerToken(), 1 << 30);
 * LoopOptions options = new LoopOptions(8).withPrefixes(prefixes);
 * try (prefixes;
 *         TokenLoop loop = new TokenLoop(decoder, List.of(request, request).iterator(), options)) {
 *     while (loop.hasNext()) {
 *         loop.next();
 *     }
 *     System.out.println(prefixes.statistics().tokensSaved());
 * }
 * }</pre>
 */
public interface Prefixes {
    /** Remembers nothing. */
    Prefixes NONE = new Prefixes() {
        @Override
        public @Nullable KnownPrefix longest(int[] ids) {
            return null;
        }

        @Override
        public void add(RunningBatch batch, int place, int[] ids) {}
    };

    /**
     * Finds the longest known beginning of a text that is worth taking.
     *
     * @param ids the text
     * @return the beginning, which the caller closes; shorter than the text. Null if there is none
     */
    @Nullable
    KnownPrefix longest(int[] ids);

    /**
     * Remembers the keys and values of a row. Lacking memory, does nothing.
     *
     * @param batch has the row
     * @param place of the row
     * @param ids whose keys and values the row has, at least one
     */
    void add(RunningBatch batch, int place, int[] ids);
}
