package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.internal.decoder.Decoder;
import java.util.List;

/** Prompts that take free places, several in one native call. One that fails takes none, and fails alone. */
final class Prefill {
    /** Tokens of prompts that are computed together, padding included: bounds the memory, fills the kernels. */
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
     * @param failed gets the rows of those that fail
     * @return the nanoseconds that it took
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
     * Computes prompts, and a step of the rows that run with the first of them.
     *
     * @param joining at least one
     * @param failed gets the rows of those that fail
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

    /** Memory is made for all of them at once; returns the positions that each row takes at most. */
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

    /** Prompts that fail together, mostly for want of memory, are taken one by one: some may go on. */
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

    /** How many of the first can be computed together. */
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
