package io.github.gpt2djl.internal.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.IValue;
import io.github.gpt2djl.internal.decoder.BatchBuffers.StepArguments;
import java.util.Arrays;

/**
 * A row whose prompt is computed in pieces, in the place behind the running rows. Rows that leave meanwhile may open a
 * gap in front of the row.
 *
 * <pre>{@code
 * try (RunningBatch batch = decoder.batch(2)) {
 *     JoiningRow row = batch.begin(1, 8);
 *     row.append(new int[] {20, 30});
 *     row.append(new int[] {40});
 *     row.run();
 *     System.out.println(batch.rows()); // 1
 * }
 * }</pre>
 */
public final class JoiningRow {
    private final Object batch;
    private final Lifetime lifetime;
    private final TorchModule module;
    private final BatchMemory memory;
    private final BatchBuffers rows;
    private final int copies;
    private final int place;
    private int length;

    /**
     * Reserves the places.
     *
     * @param batch keeps the memory, as a part of the model's lifetime
     */
    JoiningRow(Object batch, Lifetime lifetime, TorchModule module, BatchMemory memory, int copies, int room) {
        this.batch = batch;
        this.lifetime = lifetime;
        this.module = module;
        this.memory = memory;
        this.copies = copies;
        rows = memory.buffers();
        memory.reserve(copies, room);
        place = rows.count();
    }

    /**
     * Begins the prompt with tokens whose keys and values are known.
     *
     * @param prefix begins as the prompt
     * @param tokens number of the prefix's tokens to take
     */
    public void restore(KvPrefix prefix, int tokens) {
        lifetime.run(batch, () -> {
            prefix.restore(module, memory.storage().get(), place, tokens);
            setLength(tokens);
        });
    }

    /**
     * Begins the prompt with the tokens of a running row.
     *
     * @param source place of the running row, which begins as the prompt
     * @param tokens number of the row's tokens to take
     */
    public void restore(int source, int tokens) {
        lifetime.run(batch, () -> {
            memory.storage().move(source, place, tokens);
            setLength(tokens);
        });
    }

    /** Has tokens whose keys and values are to be set. */
    void restoreNothing(int tokens) {
        setLength(tokens);
    }

    /**
     * Computes a piece of the prompt, and the logits after the piece.
     *
     * @param ids at least one, in range
     * @throws IllegalStateException if the room is exceeded, or the batch is closed
     */
    public void append(int[] ids) {
        lifetime.run(
                batch,
                () -> compute(
                        ids,
                        rows.count(),
                        1,
                        (piece, cache, y, norm) ->
                                module.call(TorchMethod.APPEND, piece, (long) length, cache, (long) place, y, norm)));
    }

    /**
     * Does the work of {@link RunningBatch#step} and {@link #append} in one native call. After an exception, the running
     * rows can take the step by {@link RunningBatch#step}.
     *
     * @param next ids of the running rows, by place, in range
     * @param ids at least one, in range
     */
    public void appendDuringStep(int[] next, int[] ids) {
        lifetime.run(batch, () -> {
            long past = rows.longest();
            StepArguments step = memory.feed(next, 1);
            try {
                compute(
                        ids,
                        0,
                        rows.count() + 1,
                        (piece, cache, y, norm) -> module.call(
                                TorchMethod.STEP_AND_APPEND,
                                step.ids(),
                                past,
                                step.lengths(),
                                piece,
                                (long) length,
                                cache,
                                (long) place,
                                y,
                                norm));
            } catch (RuntimeException | Error e) {
                // The tokens of the running rows were not computed.
                rows.lengthen(-1);
                throw e;
            }
        });
    }

    private interface Call {
        void run(IValue piece, IValue keysAndValues, IValue logits, IValue logSumExps);
    }

    private void compute(int[] ids, int first, int count, Call call) {
        if (length + ids.length > memory.storage().capacity()) {
            throw new IllegalStateException(
                    "the cache is full at " + memory.storage().capacity() + " tokens");
        }
        long[] wide = Arrays.stream(ids).asLongStream().toArray();
        try (NDManager scope = memory.scope();
                IValue piece = IValue.from(SharedMemory.copy(scope, new Shape(1, ids.length), wide));
                IValue y = rows.logits().values(scope, first, count);
                IValue norm = rows.logits().norms(scope, first, count)) {
            call.run(piece, memory.storage().get(), y, norm);
        }
        setLength(length + ids.length);
    }

    private void setLength(int tokens) {
        length = tokens;
        memory.holdJoining(tokens);
        memory.storage().wrote(place, tokens);
    }

    /** Adds the row, whose prompt is complete, and its copies to the running rows. */
    public void run() {
        lifetime.run(batch, () -> {
            int first = rows.count();
            if (place != first) {
                memory.storage().move(place, first, length);
            }
            for (int copy = 1; copy < copies; copy++) {
                memory.storage().move(first, first + copy, length);
                rows.logits().copyRow(first, first + copy);
            }
            long[] lengths = new long[copies];
            Arrays.fill(lengths, length);
            rows.add(lengths);
            memory.holdJoining(0);
        });
    }

    /** Forgets the row. */
    public void abandon() {
        memory.holdJoining(0);
    }
}
