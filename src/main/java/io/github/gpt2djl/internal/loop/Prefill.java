package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.internal.decoder.Decoder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs prompts that take free places through the model. Short prompts share a native call. A prompt that begins as a
 * known text, or is longer than may be computed between two steps, is computed alone, in pieces. A prompt that fails
 * takes no place, and fails alone.
 */
final class Prefill {
    /**
     * The maximum number of prompt tokens that are computed together, padding included. Bounds the memory, and is
     * enough to keep the kernels busy.
     */
    private static final int MAX_TOKENS = 2048;

    private final Decoder decoder;
    private final RunningRows rows;
    private final LoopCounter counter;
    private final int chunk;
    private final KnownStarts known;
    private final Deque<Admission> waiting = new ArrayDeque<>();
    private @Nullable PromptInPieces begun;

    /** @param chunk maximum number of prompt tokens between two steps */
    Prefill(Decoder decoder, RunningRows rows, LoopCounter counter, int chunk, Prefixes prefixes) {
        this.decoder = decoder;
        this.rows = rows;
        this.counter = counter;
        this.chunk = chunk;
        known = new KnownStarts(rows, prefixes);
    }

    /** Whether all prompts that have been added are computed before the next step. */
    boolean takesWholePrompts() {
        return chunk == LoopOptions.WHOLE_PROMPTS;
    }

    /** Adds prompts, for whose rows there are places. */
    void add(List<Admission> joining) {
        waiting.addAll(joining);
    }

    /** Adds rows that begin again with their last ids, before all prompts that wait. */
    void addFirst(List<Admission> full) {
        for (int i = full.size() - 1; i >= 0; i--) {
            waiting.addFirst(full.get(i));
        }
    }

    /** Whether prompts wait or have been begun. */
    boolean isBusy() {
        return begun != null || !waiting.isEmpty();
    }

    /** The number of places that are reserved for the rows of these prompts. */
    int reserved() {
        int waitingRows = waiting.stream().mapToInt(each -> each.rows().size()).sum();
        return waitingRows + (begun == null ? 0 : begun.admission().rows().size());
    }

    /**
     * Computes prompts: all of them, or, while rows run, as many tokens as may be computed between two steps.
     *
     * @param failed receives the rows of the prompts that fail
     * @return the nanoseconds that the prompts took
     */
    long advance(List<SampledToken> failed) {
        return isBusy() ? advance(false, failed) : 0;
    }

    /** Computes prompts as {@link #advance} does. The first of them share a native call with a step of the running rows. */
    void advanceDuringStep(List<SampledToken> failed) {
        advance(true, failed);
    }

    private long advance(boolean step, List<SampledToken> failed) {
        long start = System.nanoTime();
        rows.batch().expect(rows.size() + reserved());
        part(Math.min(MAX_TOKENS, rows.isEmpty() ? MAX_TOKENS : chunk), step, failed);
        while (isBusy() && (takesWholePrompts() || rows.isEmpty())) {
            part(MAX_TOKENS, false, failed);
        }
        return counter.addNative(start);
    }

    /** Computes the next piece of a prompt, or the next prompts together. */
    private void part(int most, boolean step, List<SampledToken> failed) {
        PromptInPieces now = begun;
        if (now == null) {
            Admission first = waiting.element();
            KnownStart start = known.find(first.ids());
            if (start == null && first.ids().length <= most) {
                group(most, step, failed);
                return;
            }
            waiting.remove();
            now = new PromptInPieces(first, rows, start);
            begun = now;
        }
        try {
            decoder.check(List.of(now.admission().ids()));
            counter.addPromptTokens(now.advance(
                    most, step, decoder.positions(), decoder.config().width()));
        } catch (RuntimeException | Error e) {
            abandon();
            if (step) {
                rows.step();
            }
            fail(now.admission(), e, failed);
            return;
        }
        if (now.isComplete()) {
            begun = null;
            known.remember(now.admission());
        }
    }

    private void abandon() {
        if (begun != null) {
            begun.close();
            begun = null;
        }
    }

    /** Computes several prompts, or one short prompt, as wholes. */
    private void group(int most, boolean step, List<SampledToken> failed) {
        List<Admission> group = takeGroup(most);
        int room = group.stream()
                .mapToInt(each -> each.room(decoder.positions()))
                .max()
                .orElse(0);
        try {
            decoder.check(group.stream().map(Admission::ids).toList());
            if (step) {
                rows.stepAndJoin(group, room);
            } else {
                rows.join(group, room);
            }
            group.forEach(this::joined);
        } catch (RuntimeException | Error e) {
            if (step) {
                rows.step();
            }
            joinEach(group, e, failed);
        }
    }

    private void joined(Admission admission) {
        counter.addPromptTokens(admission.ids().length);
        known.remember(admission);
    }

    /** Takes prompts one by one that failed together, mostly for lack of memory: some may go on. */
    private void joinEach(List<Admission> group, Throwable failure, List<SampledToken> failed) {
        rows.batch().expect(0);
        if (group.size() == 1) {
            fail(group.get(0), failure, failed);
            return;
        }
        for (Admission each : group) {
            try {
                decoder.check(List.of(each.ids()));
                rows.join(List.of(each), each.room(decoder.positions()));
                joined(each);
            } catch (RuntimeException | Error e) {
                fail(each, e, failed);
            }
        }
    }

    private static void fail(Admission admission, Throwable failure, List<SampledToken> failed) {
        admission.rows().forEach(row -> failed.add(SampledToken.failed(row.text.number(), failure)));
    }

    /**
     * Takes the prompts, from the first on, that can be computed together. Prompts that begin alike come one after the
     * other: the later one takes the beginning of the earlier one.
     */
    private List<Admission> takeGroup(int most) {
        List<Admission> group = new ArrayList<>();
        int copies = waiting.element().rows().size();
        int longest = 0;
        while (!waiting.isEmpty() && waiting.element().rows().size() == copies) {
            Admission next = waiting.element();
            longest = Math.max(longest, next.ids().length);
            if (!group.isEmpty() && ((group.size() + 1) * longest > most || known.isShared(next, group))) {
                break;
            }
            group.add(waiting.remove());
        }
        return group;
    }

    /** Forgets all prompts. */
    void close() {
        abandon();
        waiting.clear();
    }

    /** Ends a row that waits or joins. Does nothing for other rows. */
    void end(int row) {
        waiting.forEach(each -> each.rows().removeIf(it -> it.text.number() == row));
        waiting.removeIf(each -> each.rows().isEmpty());
        if (begun != null) {
            begun.admission().rows().removeIf(it -> it.text.number() == row);
            if (begun.admission().rows().isEmpty()) {
                abandon();
            }
        }
    }
}
