package io.github.gpt2djl.internal.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.IValue;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The number of running rows, the length of each row, and the arguments of a step. */
final class BatchBuffers implements AutoCloseable {
    private final NDManager owner;
    private final int vocabulary;
    private Shared shared;
    private long[] lengths;
    private int count;
    private @Nullable StepArguments arguments;

    /** The arguments of one step. {@code lengths} is empty if all rows have the same length. */
    record StepArguments(NDManager manager, IValue ids, IValue lengths, IValue logits, IValue norms)
            implements AutoCloseable {
        @Override
        public void close() {
            for (IValue value : List.of(ids, lengths, logits, norms)) {
                value.close();
            }
            manager.close();
        }
    }

    /** The memory that Java and libtorch share. */
    private record Shared(Logits logits, SharedMemory nextIds, SharedMemory lengths) implements AutoCloseable {
        static Shared allocate(NDManager owner, int rows, int vocabulary) {
            Logits logits = new Logits(owner, rows, vocabulary);
            try {
                SharedMemory nextIds = new SharedMemory(owner, (long) rows * Long.BYTES);
                return new Shared(logits, nextIds, new SharedMemory(owner, (long) rows * Long.BYTES));
            } catch (RuntimeException | Error e) {
                logits.close();
                throw e;
            }
        }

        @Override
        public void close() {
            logits.close();
            nextIds.close();
            lengths.close();
        }
    }

    /** Makes buffers with room for one row. */
    BatchBuffers(NDManager owner, int vocabulary) {
        this.owner = owner;
        this.vocabulary = vocabulary;
        shared = Shared.allocate(owner, 1, vocabulary);
        lengths = new long[1];
    }

    /**
     * Grows the buffers to at least {@code rows} rows, and keeps their contents. An exception leaves everything
     * unchanged.
     */
    void grow(int rows) {
        if (rows <= lengths.length) {
            return;
        }
        Shared larger = Shared.allocate(owner, rows, vocabulary);
        larger.logits.copy(shared.logits, count);
        larger.lengths.bytes().put(0, shared.lengths.bytes(), 0, count * Long.BYTES);
        // The arguments of a step are views of the memory that is closed below.
        resize(count);
        shared.close();
        shared = larger;
        lengths = Arrays.copyOf(lengths, rows);
    }

    Logits logits() {
        return shared.logits;
    }

    int count() {
        return count;
    }

    /** The number of tokens of a row. */
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

    private void setLength(int row, long length) {
        lengths[row] = length;
        shared.lengths.bytes().putLong(row * Long.BYTES, length);
    }

    /**
     * Sets the number of running rows. The arguments of a step are made anew, as equal lengths may differ now, or the
     * reverse.
     */
    private void resize(int rows) {
        count = rows;
        if (arguments != null) {
            arguments.close();
            arguments = null;
        }
    }

    /** Adds rows of these lengths at the next places. */
    void add(long[] lengths) {
        for (int i = 0; i < lengths.length; i++) {
            setLength(count + i, lengths[i]);
        }
        resize(count + lengths.length);
    }

    /** Appends one id to each row, and returns the arguments of the step. */
    StepArguments feed(int[] ids, NDManager manager) {
        for (int row = 0; row < count; row++) {
            shared.nextIds.bytes().putLong(row * Long.BYTES, ids[row]);
        }
        lengthen(1);
        StepArguments now = arguments;
        if (now == null) {
            now = arguments(manager.newSubManager());
            arguments = now;
        }
        return now;
    }

    /** Adds {@code tokens} to the length of each row. A negative number forgets the last tokens of each row. */
    void lengthen(int tokens) {
        for (int row = 0; row < count; row++) {
            setLength(row, length(row) + tokens);
        }
    }

    /** Removes a row. The row in the last place moves to the free place. */
    void leave(int place) {
        int last = count - 1;
        if (place < last) {
            setLength(place, length(last));
        }
        resize(last);
    }

    /** The length of the longest row that is to be copied to another place; 0 if no row is. */
    long longestMoved(int[] sources) {
        long longest = 0;
        for (int place = 0; place < sources.length; place++) {
            if (sources[place] != place) {
                longest = Math.max(longest, length(sources[place]));
            }
        }
        return longest;
    }

    /** Replaces the rows by copies of some of them. */
    void reorder(int[] sources) {
        long[] before = Arrays.copyOf(lengths, count);
        boolean same = sources.length == count;
        for (int place = 0; place < sources.length; place++) {
            if (sources[place] != place) {
                same &= length(place) == before[sources[place]];
                setLength(place, before[sources[place]]);
            }
        }
        if (!same) {
            resize(sources.length);
        }
    }

    private StepArguments arguments(NDManager own) {
        long first = length(0);
        boolean same = IntStream.range(0, count).allMatch(row -> length(row) == first);
        return new StepArguments(
                own,
                shared.nextIds.longs(own, new Shape(count, 1)),
                same
                        ? IValue.from(SharedMemory.copy(own, new Shape(0), new long[0]))
                        : shared.lengths.longs(own, new Shape(count)),
                shared.logits.values(own, 0, count),
                shared.logits.norms(own, 0, count));
    }

    @Override
    public void close() {
        resize(0);
        shared.close();
    }
}
