package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.internal.decoder.Decoder;
import java.util.List;

/**
 * Runs prompts that take free places through the model, several in one native call. A prompt that fails takes no place,
 * and fails alone.
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

    Prefill(Decoder decoder, RunningRows rows, LoopCounter counter) {
        this.decoder = decoder;
        this.rows = rows;
        this.counter = counter;
    }

    /**
     * Computes prompts.
     *
     * @param failed receives the rows of the prompts that fail
     * @return the nanoseconds that the prompts took
     */
    long join(List<Admission> joining, List<SampledToken> failed) {
        if (joining.isEmpty()) {
            return 0;
        }
        long start = System.nanoTime();
        int room = expect(joining);
        joinGroups(joining, room, failed);
        return counter.addNative(start);
    }

    /**
     * Computes prompts. The first of them share a native call with a step of the running rows.
     *
     * @param joining at least one
     * @param failed receives the rows of the prompts that fail
     */
    void joinDuringStep(List<Admission> joining, List<SampledToken> failed) {
        long start = System.nanoTime();
        int room = expect(joining);
        int first = groupSize(joining);
        List<Admission> group = joining.subList(0, first);
        try {
            check(group);
            rows.stepAndJoin(group, room);
        } catch (RuntimeException | Error e) {
            rows.step();
            joinEach(group, e, failed);
        }
        joinGroups(joining.subList(first, joining.size()), room, failed);
        counter.addNative(start);
    }

    /** Lets memory be made for all prompts at once. Returns the maximum number of positions that a row takes. */
    private int expect(List<Admission> joining) {
        rows.batch()
                .expect(rows.size()
                        + joining.stream().mapToInt(each -> each.rows().size()).sum());
        return joining.stream()
                .mapToInt(each -> each.room(decoder.positions()))
                .max()
                .orElse(0);
    }

    private void joinGroups(List<Admission> joining, int room, List<SampledToken> failed) {
        List<Admission> left = joining;
        while (!left.isEmpty()) {
            int size = groupSize(left);
            joinGroup(left.subList(0, size), room, failed);
            left = left.subList(size, left.size());
        }
    }

    private void joinGroup(List<Admission> group, int room, List<SampledToken> failed) {
        try {
            check(group);
            rows.join(group, room);
        } catch (RuntimeException | Error e) {
            joinEach(group, e, failed);
        }
    }

    /** Takes prompts one by one that failed together, mostly for lack of memory: some may go on. */
    private void joinEach(List<Admission> group, Throwable failure, List<SampledToken> failed) {
        rows.batch().expect(0);
        if (group.size() > 1) {
            group.forEach(each -> joinGroup(List.of(each), each.room(decoder.positions()), failed));
        } else {
            group.get(0).rows().forEach(row -> failed.add(SampledToken.failed(row.text.number(), failure)));
        }
    }

    private void check(List<Admission> group) {
        decoder.check(group.stream().map(Admission::ids).toList());
    }

    /** The number of prompts, from the first on, that can be computed together. */
    private static int groupSize(List<Admission> joining) {
        int copies = joining.get(0).rows().size();
        int longest = 0;
        int size = 0;
        while (size < joining.size() && joining.get(size).rows().size() == copies) {
            longest = Math.max(longest, joining.get(size).ids().length);
            if (size > 0 && (size + 1) * longest > MAX_TOKENS) {
                break;
            }
            size++;
        }
        return size;
    }
}
