package io.github.gpt2djl.internal.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.IValue;
import io.github.gpt2djl.internal.decoder.BatchBuffers.StepArguments;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Prompts of any lengths that join a batch together, padded at their ends. */
final class PromptBatch {
    private final long[] padded;
    private final long[] lengths;
    private final int width;
    private final int copies;

    /** Pads the prompts: at least one prompt, of at least one id each. Each prompt fills {@code copies} rows. */
    PromptBatch(List<int[]> prompts, int copies) {
        this.copies = copies;
        width = prompts.stream().mapToInt(p -> p.length).max().orElseThrow();
        padded = new long[prompts.size() * width];
        lengths = new long[prompts.size()];
        for (int i = 0; i < lengths.length; i++) {
            int[] prompt = prompts.get(i);
            lengths[i] = prompt.length;
            for (int t = 0; t < prompt.length; t++) {
                padded[i * width + t] = prompt[t];
            }
        }
    }

    private int rows() {
        return lengths.length * copies;
    }

    /** The length of each row's prompt. */
    private long[] rowLengths() {
        return IntStream.range(0, rows())
                .mapToLong(row -> lengths[row / copies])
                .toArray();
    }

    /**
     * Runs the prompts through the model. Their rows have the next places then.
     *
     * @param first row whose logits the call writes: the first prompt's row, or 0 if all rows take a step too
     */
    private void compute(BatchMemory memory, IValue keysAndValues, int first, BatchCall call) {
        BatchBuffers buffers = memory.buffers();
        int count = buffers.count() + rows() - first;
        try (NDManager scope = memory.scope();
                IValue ids = ids(scope);
                IValue ends = ends(scope);
                IValue y = buffers.logits().values(scope, first, count);
                IValue norm = buffers.logits().norms(scope, first, count)) {
            call.run(ids, ends, keysAndValues, y, norm);
        }
        for (int row = 0; row < rows(); row++) {
            memory.storage().wrote(buffers.count() + row, width);
        }
        buffers.add(rowLengths());
    }

    /** Runs the prompts through the model. Each of their rows has room for at least {@code room} tokens. */
    void join(BatchMemory memory, int room, BatchCall call) {
        compute(memory, reserve(memory, room), memory.buffers().count(), call);
    }

    /** Does the work of {@link #join} and appends an id to each running row, in one native call. */
    void joinDuringStep(TorchModule module, BatchMemory memory, int[] nextIds, int room) {
        IValue keysAndValues = reserve(memory, room);
        BatchBuffers running = memory.buffers();
        long past = running.longest();
        StepArguments step = memory.feed(nextIds, 1);
        try {
            compute(
                    memory,
                    keysAndValues,
                    0,
                    (starts, ends, kv, y, norm) -> module.call(
                            TorchMethod.STEP_AND_JOIN,
                            step.ids(),
                            past,
                            step.lengths(),
                            starts,
                            ends,
                            kv,
                            (long) copies,
                            y,
                            norm));
        } catch (RuntimeException | Error e) {
            // The tokens of the running rows were not computed.
            running.lengthen(-1);
            throw e;
        }
    }

    private IValue reserve(BatchMemory memory, int room) {
        return memory.reserve(rows(), Math.max(room, width));
    }

    /** The padded ids, [prompts, width]. */
    private IValue ids(NDManager scope) {
        return IValue.from(SharedMemory.copy(scope, new Shape(lengths.length, width), padded));
    }

    /** The lengths, [prompts]; empty if all prompts have the same length. */
    private IValue ends(NDManager scope) {
        boolean same = Arrays.stream(lengths).allMatch(length -> length == width);
        long[] ends = same ? new long[0] : lengths;
        return IValue.from(SharedMemory.copy(scope, new Shape(ends.length), ends));
    }
}
