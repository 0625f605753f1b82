package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.internal.decoder.KvCache;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The rows of a batch that run, by their places in the cache, and the last id of each, which the next step appends. */
final class RunningRows {
    private final List<Row> rows = new ArrayList<>();
    private int[] last = new int[0];

    int size() {
        return rows.size();
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    Row get(int place) {
        return rows.get(place);
    }

    List<Row> all() {
        return rows;
    }

    /** By place. */
    int[] lastIds() {
        return last;
    }

    void setLast(int place, int id) {
        last[place] = id;
    }

    /** The cache has taken the last ids. */
    void stepped() {
        rows.forEach(row -> row.held++);
    }

    /** They have the next places. */
    void add(Joining joining) {
        joining.rows().forEach(row -> row.held = joining.ids().length);
        rows.addAll(joining.rows());
        if (last.length < rows.size()) {
            last = Arrays.copyOf(last, Math.max(rows.size(), 2 * last.length));
        }
    }

    /** The last row takes the place. */
    void leave(KvCache state, int place) {
        state.leave(place);
        Row moved = rows.remove(rows.size() - 1);
        if (place < rows.size()) {
            rows.set(place, moved);
            last[place] = last[rows.size()];
        }
    }

    /** Rows whose context is full leave, to go on from their last ids. */
    List<Joining> leaveFull(KvCache state, int positions) {
        List<Joining> full = new ArrayList<>();
        for (int place = rows.size() - 1; place >= 0; place--) {
            Row row = rows.get(place);
            if (row.held == positions) {
                full.add(new Joining(row.text.tail(), List.of(row)));
                leave(state, place);
            }
        }
        return full;
    }

    void clear() {
        rows.clear();
    }
}
