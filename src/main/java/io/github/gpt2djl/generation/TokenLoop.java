package io.github.gpt2djl.generation;

import io.github.gpt2djl.decoder.Decoder;
import io.github.gpt2djl.decoder.KvCache;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The token loop: prefill, then sample, feed back, decode. A sequence that ends leaves, and the next request takes its
 * place while the others go on ("continuous batching", Yu et al. 2022, Orca).
 *
 * <p>Not for use by several threads at once.
 */
public final class TokenLoop implements Loop {
    /** Tokens of prompts that are computed together, padding included: bounds the memory, fills the kernels. */
    private static final int PREFILL_TOKENS = 2048;

    private final Decoder decoder;
    private final Iterator<Request> queue;
    private final int places;
    private final int[] fed;
    private final List<Row> rows = new ArrayList<>();
    private @Nullable KvCache cache;
    private @Nullable Request waiting;
    private int started;
    private boolean closed;
    private long nativeNanos;
    private long samplingNanos;

    /** A running sequence; its index in the list is its place in the cache. */
    private static final class Row {
        final Request request;
        final int number;
        final int copy;
        int tokens;

        Row(Request request, int number, int copy) {
            this.request = request;
            this.number = number;
            this.copy = copy;
        }
    }

    /**
     * Nothing is computed, and no request taken, before the first {@link #next()}.
     *
     * @param queue what to generate, asked for as places become free
     * @param places sequences that run at once at most, and no request has more copies
     */
    public TokenLoop(Decoder decoder, Iterator<Request> queue, int places) {
        this.decoder = decoder;
        this.queue = queue;
        this.places = places;
        fed = new int[places];
    }

    @Override
    public boolean hasNext() {
        return !closed && (!rows.isEmpty() || waiting != null || queue.hasNext());
    }

    @Override
    public List<Sampled> next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the generation has ended");
        }
        KvCache state = cache;
        if (state == null) {
            state = decoder.cache(places);
            cache = state;
        }
        List<Sampled> chosen = new ArrayList<>(places);
        if (!rows.isEmpty()) {
            long start = System.nanoTime();
            state.step(fed);
            nativeNanos += System.nanoTime() - start;
            choose(state, 0, chosen);
        }
        int running = rows.size();
        if (running < places) {
            join(state, arrivals());
            choose(state, running, chosen);
        }
        if (!hasNext()) {
            close();
        }
        return chosen;
    }

    @Override
    public long nativeNanos() {
        return nativeNanos;
    }

    @Override
    public long samplingNanos() {
        return samplingNanos;
    }

    /** The requests that there are places for. */
    private List<Request> arrivals() {
        List<Request> arrivals = new ArrayList<>();
        int free = places - rows.size();
        while (free > 0 && (waiting != null || queue.hasNext())) {
            Request next = waiting != null ? waiting : queue.next();
            waiting = next.copies() > free ? next : null;
            if (waiting != null) {
                break;
            }
            arrivals.add(next);
            free -= next.copies();
        }
        return arrivals;
    }

    private void join(KvCache state, List<Request> arrivals) {
        int room = arrivals.stream().mapToInt(Request::room).max().orElse(0);
        long start = System.nanoTime();
        int from = 0;
        while (from < arrivals.size()) {
            int to = groupEnd(arrivals, from);
            List<Request> group = arrivals.subList(from, to);
            List<int[]> prompts = group.stream().map(Request::prompt).toList();
            decoder.check(prompts);
            state.join(prompts, group.get(0).copies(), room);
            for (Request request : group) {
                for (int copy = 0; copy < request.copies(); copy++) {
                    rows.add(new Row(request, started++, copy));
                }
            }
            from = to;
        }
        nativeNanos += System.nanoTime() - start;
    }

    private static int groupEnd(List<Request> arrivals, int from) {
        int copies = arrivals.get(from).copies();
        int longest = 0;
        int end = from;
        while (end < arrivals.size() && arrivals.get(end).copies() == copies) {
            longest = Math.max(longest, arrivals.get(end).prompt().length);
            if (end > from && (end - from + 1) * longest > PREFILL_TOKENS) {
                break;
            }
            end++;
        }
        return end;
    }

    /** A token for each row from a place on; those that end leave. */
    private void choose(KvCache state, int first, List<Sampled> chosen) {
        int before = chosen.size();
        for (int place = first; place < rows.size(); place++) {
            chosen.add(choose(state, place));
        }
        // From behind: the row that takes a place has been looked at.
        for (int place = rows.size() - 1; place >= first; place--) {
            if (chosen.get(before + place - first).last()) {
                state.leave(place);
                Row moved = rows.remove(rows.size() - 1);
                if (place < rows.size()) {
                    rows.set(place, moved);
                    fed[place] = fed[rows.size()];
                }
            }
        }
    }

    private Sampled choose(KvCache state, int place) {
        Row row = rows.get(place);
        Request request = row.request;
        var logits = state.logits(place);
        long start = System.nanoTime();
        int id = request.choose(logits, row.copy, row.tokens);
        samplingNanos += System.nanoTime() - start;
        fed[place] = id;
        row.tokens++;
        double logProbability = logits.get(id) - state.logSumExp(place);
        return new Sampled(row.number, id, logProbability, request.ends(id, row.tokens));
    }

    /** Frees the cache; the loop has ended then. */
    @Override
    public void close() {
        closed = true;
        rows.clear();
        if (cache != null) {
            cache.close();
        }
    }
}
