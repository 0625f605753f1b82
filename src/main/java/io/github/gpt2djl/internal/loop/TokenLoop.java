package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.internal.decoder.Chosen;
import io.github.gpt2djl.internal.decoder.Decoder;
import io.github.gpt2djl.internal.decoder.KvCache;
import java.nio.FloatBuffer;
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
 *
 * <p>Eight requests in two places:
 *
 * <pre>{@code
 * List<Sampled> tokens = new ArrayList<>();
 * try (TokenLoop loop = new TokenLoop(decoder, Collections.nCopies(8, request).iterator(), 2)) {
 *     while (loop.hasNext()) {
 *         tokens.addAll(loop.next());
 *     }
 * }
 * }</pre>
 */
public final class TokenLoop implements Loop {
    /** Tokens of prompts that are computed together, padding included: bounds the memory, fills the kernels. */
    private static final int PREFILL_TOKENS = 2048;

    private final Decoder decoder;
    private final Admissions admissions;
    private final int places;
    private final int positions;
    private final int ahead;
    private final RunningRows rows = new RunningRows();
    private @Nullable KvCache cache;
    /** What the decoder has chosen, if not all of it is handed out yet, and how many of its steps are. */
    private @Nullable Chosen given;

    private int handedOut;
    private boolean closed;
    private long nativeNanos;
    private long samplingNanos;
    private long slideNanos;
    private int slides;

    /**
     * Nothing is computed, and no request taken, before the first {@link #next()}.
     *
     * @param decoder the model
     * @param queue what to generate, asked for as places become free; an exception of its {@code next()} is the result
     *     of that request
     * @param places sequences that run at once at most
     */
    public TokenLoop(Decoder decoder, Iterator<Request> queue, int places) {
        this(decoder, queue, places, decoder.device().kind() == DeviceChoice.Kind.GPU ? 1 : 0);
    }

    /**
     * A loop whose decoder may be ahead of what is handed out.
     *
     * @param decoder the model
     * @param queue what to generate, asked for as places become free; an exception of its {@code next()} is the result
     *     of that request
     * @param places sequences that run at once at most
     * @param ahead steps that the decoder takes in one call at most, where it knows the rules of all running requests
     *     and so can choose their tokens by itself; 0: they are all chosen here
     */
    public TokenLoop(Decoder decoder, Iterator<Request> queue, int places, int ahead) {
        this.decoder = decoder;
        this.places = places;
        this.ahead = ahead;
        positions = decoder.positions();
        admissions = new Admissions(queue, positions);
    }

    @Override
    public boolean hasNext() {
        return !closed && (!rows.isEmpty() || admissions.hasNext());
    }

    @Override
    public List<Sampled> next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the generation has ended");
        }
        KvCache state = cache();
        List<Sampled> chosen = new ArrayList<>();
        List<Sampled> failed = new ArrayList<>();
        List<Joining> slid = List.of();
        boolean beside = false;
        if (given == null) {
            slid = rows.leaveFull(state, positions);
            beside = ahead == 0 && !rows.isEmpty() && slid.isEmpty();
            List<Joining> joining = beside ? admissions.take(places - rows.size(), failed) : List.of();
            if (joining.isEmpty()) {
                compute(state, slid.isEmpty() ? ahead : Math.min(ahead, 1));
            } else {
                join(state, joining, true, failed);
            }
        }
        choose(state, 0, chosen);
        if (given != null && (++handedOut == given.steps() || rows.isEmpty())) {
            given = null;
        }
        int running = rows.size();
        if (!slid.isEmpty()) {
            slides += slid.size();
            slideNanos += join(state, slid, false, failed);
        }
        if (!beside && given == null) {
            join(state, admissions.take(places - rows.size(), failed), false, failed);
        }
        choose(state, running, chosen);
        chosen.addAll(failed);
        if (!hasNext()) {
            close();
        }
        return chosen;
    }

    /** A step of all rows, or several, at most so many, whose tokens the decoder chooses. */
    private void compute(KvCache state, int most) {
        if (rows.isEmpty()) {
            return;
        }
        int steps = StepsAhead.possible(rows.all(), most, positions);
        long start = System.nanoTime();
        if (steps == 0) {
            step(state);
        } else {
            given = StepsAhead.take(state, rows.lastIds(), rows.all(), steps);
            handedOut = 0;
        }
        nativeNanos += System.nanoTime() - start;
    }

    private void step(KvCache state) {
        state.step(rows.lastIds());
        rows.stepped();
    }

    @Override
    public void end(int row) {
        admissions.end(row);
        for (int place = 0; place < rows.size(); place++) {
            if (rows.get(place).text.number() == row) {
                rows.leave(cache(), place);
            }
        }
        if (!hasNext()) {
            close();
        }
    }

    @Override
    public int slides() {
        return slides;
    }

    @Override
    public long slideNanos() {
        return slideNanos;
    }

    @Override
    public long nativeNanos() {
        return nativeNanos;
    }

    @Override
    public long samplingNanos() {
        return samplingNanos;
    }

    private KvCache cache() {
        KvCache state = cache;
        if (state == null) {
            state = decoder.cache(places);
            cache = state;
        }
        return state;
    }

    /**
     * Prompts take places; the rows that run take a step with the first of them, if they are to. Returns the nanoseconds
     * that it took.
     */
    private long join(KvCache state, List<Joining> joining, boolean step, List<Sampled> failed) {
        int room = joining.stream().mapToInt(j -> j.room(positions)).max().orElse(0);
        long start = System.nanoTime();
        state.expect(rows.size()
                + joining.stream().mapToInt(each -> each.rows().size()).sum());
        int from = 0;
        while (from < joining.size()) {
            int to = groupEnd(joining, from);
            join(state, joining.subList(from, to), room, step && from == 0, failed);
            from = to;
        }
        long took = System.nanoTime() - start;
        nativeNanos += took;
        return took;
    }

    /** Prompts that fail together, mostly for want of memory, are taken one by one: some may go on, as do those that run. */
    private void join(KvCache state, List<Joining> group, int room, boolean step, List<Sampled> failed) {
        List<int[]> prompts = group.stream().map(Joining::ids).toList();
        int copies = group.get(0).rows().size();
        try {
            decoder.check(prompts);
            if (step) {
                state.stepAndJoin(rows.lastIds(), prompts, copies, room);
                rows.stepped();
            } else {
                state.join(prompts, copies, room);
            }
        } catch (RuntimeException | Error e) {
            state.expect(0);
            if (step) {
                step(state);
            }
            if (group.size() > 1) {
                group.forEach(each -> join(state, List.of(each), each.room(positions), false, failed));
            } else {
                group.get(0).rows().forEach(row -> failed.add(Sampled.failed(row.text.number(), e)));
            }
            return;
        }
        group.forEach(rows::add);
    }

    private static int groupEnd(List<Joining> joining, int from) {
        int copies = joining.get(from).rows().size();
        int longest = 0;
        int end = from;
        while (end < joining.size() && joining.get(end).rows().size() == copies) {
            longest = Math.max(longest, joining.get(end).ids().length);
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
                rows.leave(state, place);
            }
        }
    }

    /** What fails here is the row's own: its rules, its text, its logits. */
    private Sampled choose(KvCache state, int place) {
        Row row = rows.get(place);
        Sampled token;
        try {
            token = given != null ? appended(given, row) : chosen(state, place, row);
        } catch (Throwable e) {
            return Sampled.failed(row.text.number(), e);
        }
        rows.setLast(place, token.id());
        return token;
    }

    private Sampled appended(Chosen chosen, Row row) {
        return row.text.append(chosen.id(handedOut, row.column), chosen.logProbability(handedOut, row.column));
    }

    private Sampled chosen(KvCache state, int place, Row row) {
        FloatBuffer logits = state.logits(place);
        float logSumExp = state.logSumExp(place);
        long start = System.nanoTime();
        try {
            return row.text.choose(logits, logSumExp);
        } finally {
            samplingNanos += System.nanoTime() - start;
        }
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
