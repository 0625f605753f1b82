package io.github.gpt2djl.internal.loop;

import java.util.ArrayList;
import java.util.List;

/** Lets texts go on beyond the model's context: a full row leaves, and begins again with its last ids. */
final class SlidingContext {
    private final RunningRows rows;
    private final int positions;
    private final Prefill prefill;
    private final LoopCounter counter;

    SlidingContext(RunningRows rows, int positions, Prefill prefill, LoopCounter counter) {
        this.rows = rows;
        this.positions = positions;
        this.prefill = prefill;
        this.counter = counter;
    }

    /** Removes full rows. They are to be restarted when the other rows have taken a step. */
    List<Admission> leaveFull() {
        List<Admission> full = new ArrayList<>();
        for (int place = rows.size() - 1; place >= 0; place--) {
            LoopRow row = rows.get(place);
            if (row.computed == positions) {
                full.add(new Admission(row.text.tail(), List.of(row)));
                rows.leave(place);
            }
        }
        return full;
    }

    /** @param failed receives the rows that fail */
    void restart(List<Admission> full, List<SampledToken> failed) {
        if (!full.isEmpty()) {
            prefill.addFirst(full);
            counter.addSlides(full.size(), prefill.advance(failed));
        }
    }
}
