package io.github.gpt2djl.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.IValue;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** How many rows run and how long each is, and what a step of them is called with. */
final class RowBuffers implements AutoCloseable {
    private final Logits logits;
    private final SharedMemory nextIds;
    /** As libtorch reads them. */
    private final SharedMemory sharedLengths;

    private final long[] lengths;
    private int count;
    private @Nullable Arguments arguments;

    /** Of a step of these rows; lengths are empty where all are the same. */
    record Arguments(NDManager manager, IValue ids, IValue lengths, IValue logits, IValue norms)
            implements AutoCloseable {
        @Override
        public void close() {
            for (IValue value : List.of(ids, lengths, logits, norms)) {
                value.close();
            }
            manager.close();
        }
    }

    RowBuffers(NDManager owner, Logits logits) {
        this.logits = logits;
        nextIds = new SharedMemory(owner, (long) logits.rows() * Long.BYTES);
        sharedLengths = new SharedMemory(owner, (long) logits.rows() * Long.BYTES);
        lengths = new long[logits.rows()];
    }

    int count() {
        return count;
    }

    /** Tokens of a row. */
    long length(int row) {
        return lengths[row];
    }

    long longest() {
        long longest = 0;
        for (int row = 0; row < count; row++) {
            longest = Math.max(longest, length(row));
        }
        return longest;
    }

    /** Where it makes rows alike or different, {@link #resize} must follow. */
    void setLength(int row, long length) {
        lengths[row] = length;
        sharedLengths.bytes().putLong(row * Long.BYTES, length);
    }

    /** The places below this run. */
    void resize(int rows) {
        count = rows;
        if (arguments != null) {
            arguments.close();
            arguments = null;
        }
    }

    /** Prompts have taken the next places. */
    void add(Prompts prompts) {
        for (int i = 0; i < prompts.rows(); i++) {
            setLength(count + i, prompts.length(i));
        }
        resize(count + prompts.rows());
    }

    /** Each row has one more token. */
    Arguments feed(int[] ids, NDManager manager) {
        for (int row = 0; row < count; row++) {
            nextIds.bytes().putLong(row * Long.BYTES, ids[row]);
            setLength(row, length(row) + 1);
        }
        Arguments now = arguments;
        if (now == null) {
            now = arguments(manager.newSubManager());
            arguments = now;
        }
        return now;
    }

    private Arguments arguments(NDManager own) {
        long first = length(0);
        boolean same = IntStream.range(0, count).allMatch(row -> length(row) == first);
        return new Arguments(
                own,
                nextIds.longs(own, new Shape(count, 1)),
                same
                        ? IValue.from(SharedMemory.copy(own, new Shape(0), new long[0]))
                        : sharedLengths.longs(own, new Shape(count)),
                logits.values(own, 0, count),
                logits.norms(own, 0, count));
    }

    @Override
    public void close() {
        resize(0);
        nextIds.close();
        sharedLengths.close();
    }
}
