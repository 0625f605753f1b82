package io.github.gpt2djl.internal.loop;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows that begin, or begin again, with the same ids.
 *
 * @param ids to be computed, at least one
 * @param rows at least one, of the same request
 */
record Admission(int[] ids, List<LoopRow> rows) {
    /** Copies the rows: those that end while they wait are removed. */
    Admission {
        rows = new ArrayList<>(rows);
    }

    /** The maximum number of positions that each row takes. */
    int room(int positions) {
        return rows.get(0).text.request().room(positions);
    }
}
