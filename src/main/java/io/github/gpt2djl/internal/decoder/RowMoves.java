package io.github.gpt2djl.internal.decoder;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.stream.LongStream;

/** Orders copies between rows so that no row is overwritten before it has been copied. So the copies need no memory. */
final class RowMoves {
    /** The place of a spare row outside the batch. Only rows that change places in a circle need a spare row. */
    static final long SPARE = -1;

    private final int[] sources;
    /** The number of targets that the row in each place is still to be copied to. */
    private final int[] readers;

    private final boolean[] done;
    private final LongStream.Builder pairs = LongStream.builder();

    private RowMoves(int[] sources) {
        this.sources = sources;
        int places = Math.max(sources.length, Arrays.stream(sources).max().orElse(0) + 1);
        readers = new int[places];
        done = new boolean[places];
        for (int place = 0; place < places; place++) {
            done[place] = place >= sources.length || sources[place] == place;
            if (!done[place]) {
                readers[sources[place]]++;
            }
        }
    }

    /**
     * Plans the copies that turn each row into its source.
     *
     * @param sources by target; a row that is its own source stays
     * @return pairs of source and target, one after the other
     */
    static long[] of(int[] sources) {
        RowMoves moves = new RowMoves(sources);
        moves.copies();
        for (int place = 0; place < sources.length; place++) {
            moves.circle(place);
        }
        return moves.pairs.build().toArray();
    }

    /** Copies to the rows that are no longer needed as a source. */
    private void copies() {
        Deque<Integer> free = new ArrayDeque<>();
        for (int place = 0; place < sources.length; place++) {
            if (!done[place] && readers[place] == 0) {
                free.add(place);
            }
        }
        while (!free.isEmpty()) {
            int target = free.remove();
            int source = sources[target];
            copy(source, target);
            if (--readers[source] == 0 && !done[source]) {
                free.add(source);
            }
        }
    }

    private void circle(int first) {
        if (done[first]) {
            return;
        }
        pairs.add(first).add(SPARE);
        int target = first;
        for (; sources[target] != first; target = sources[target]) {
            copy(sources[target], target);
        }
        copy(SPARE, target);
    }

    private void copy(long source, int target) {
        pairs.add(source).add(target);
        done[target] = true;
    }
}
