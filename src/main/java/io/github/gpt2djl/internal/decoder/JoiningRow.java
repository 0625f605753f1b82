package io.github.gpt2djl.internal.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.IValue;
import io.github.gpt2djl.internal.decoder.BatchBuffers.StepArguments;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A row whose prompt is computed in pieces, in the place behind the running rows. Rows that leave meanwhile may open a
 * gap in front of the row.
 */
final class JoiningRow {
    private final TorchModule module;
    private final BatchMemory memory;
    private final BatchBuffers rows;
    private final int place;
    private int length;

    /**
     * Reserves the places.
     *
     * @param copies places that the prompt takes
     * @param room tokens that each of these rows has room for
     */
    JoiningRow(TorchModule module, BatchMemory memory, int copies, int room) {
        this.module = module;
        this.memory = memory;
        rows = memory.buffers();
        memory.reserve(copies, room);
        place = rows.count();
    }

    /** Copies the first tokens of a prefix. */
    void restore(KvPrefix prefix, int tokens) {
        prefix.restore(module, memory.storage().get(), place, tokens);
        setLength(tokens);
    }

    /** Copies the first tokens of a running row. */
    void restore(int source, int tokens) {
        memory.storage().move(source, place, tokens);
        setLength(tokens);
    }

    /** Has tokens whose keys and values are to be set. */
    void restoreNothing(int tokens) {
        setLength(tokens);
    }

    /** Computes a piece of the prompt, and the logits after the piece. */
    void append(int[] ids) {
        compute(
                ids,
                rows.count(),
                1,
                (piece, cache, y, norm) ->
                        module.call(TorchMethod.APPEND, piece, (long) length, cache, (long) place, y, norm));
    }

    /**
     * Computes a piece of the prompt together with a step of the running rows.
     *
     * @param past the tokens of the longest running row before the step
     */
    void appendDuringStep(StepArguments step, long past, int[] ids) {
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

    /** Adds the row to the running rows, with copies at the places behind it. */
    void run(int copies) {
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
    }

    /** The row, if there is one. */
    static JoiningRow require(@Nullable JoiningRow row) {
        if (row == null) {
            throw new IllegalStateException("no row has begun to join");
        }
        return row;
    }
}
