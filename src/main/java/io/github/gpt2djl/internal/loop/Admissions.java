package io.github.gpt2djl.internal.loop;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * The requests of a loop that wait for a place, in the order of arrival. No request waits while a place is free, and no
 * request overtakes another. So the copies of one request take places one after the other as places become free.
 */
final class Admissions {
    private final Iterator<Request> queue;
    private final int positions;
    /** The waiting copies of the request whose other copies have taken the last places. */
    private final Deque<LoopRow> waiting = new ArrayDeque<>();

    private int started;

    Admissions(Iterator<Request> queue, int positions) {
        this.queue = queue;
        this.positions = positions;
    }

    boolean hasNext() {
        return !waiting.isEmpty() || queue.hasNext();
    }

    /**
     * Takes rows for the free places. A request that the queue fails to give becomes one row, which has failed. The
     * requests behind it are taken the next time, so that an endless queue of failing requests does not hold up the
     * running rows.
     *
     * @param free places
     * @param failed receives the failed row
     */
    List<Admission> take(int free, List<SampledToken> failed) {
        List<Admission> taken = new ArrayList<>();
        int left = free;
        while (left > 0 && hasNext()) {
            if (waiting.isEmpty()) {
                try {
                    begin(queue.next());
                } catch (Throwable e) {
                    failed.add(SampledToken.failed(started++, e));
                    break;
                }
            }
            List<LoopRow> rows = new ArrayList<>();
            for (; left > 0 && !waiting.isEmpty(); left--) {
                rows.add(waiting.remove());
            }
            taken.add(new Admission(rows.get(0).text.request().start(positions), rows));
        }
        return taken;
    }

    private void begin(Request request) {
        for (int copy = 0; copy < request.copies(); copy++) {
            waiting.add(new LoopRow(new GeneratedSequence(request, started + copy, copy)));
        }
        started += request.copies();
    }

    /** Ends a waiting row. Does nothing for other rows. */
    void end(int row) {
        waiting.removeIf(each -> each.text.number() == row);
    }
}
