package io.github.gpt2djl.internal.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.IValue;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** How many rows run and how long each is, and what a step of them is called with. */
final class BatchBuffers implements AutoCloseable {
    private final NDManager owner;
    private final int vocabulary;
    private Shared shared;
    private long[] lengths;
    private int count;
    private @Nullable StepArguments arguments;

    /** Of a step of these rows; lengths are empty where all are the same. */
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

    /** What libtorch reads and writes too. */
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

    /** With room for one row. */
    BatchBuffers(NDManager owner, int vocabulary) {
        this.owner = owner;
        this.vocabulary = vocabulary;
        shared = Shared.allocate(owner, 1, vocabulary);
        lengths = new long[1];
    }

    /** Makes room for so many rows; what is there is kept. Nothing has changed after an exception. */
    void grow(int rows) {
        if (rows <= lengths.length) {
            return;
        }
        Shared larger = Shared.allocate(owner, rows, vocabulary);
        larger.logits.copy(shared.logits, count);
        larger.lengths.bytes().put(0, shared.lengths.bytes(), 0, count * Long.BYTES);
        // What a step is called with is a view of what is closed now.
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

    private void setLength(int row, long length) {
        lengths[row] = length;
        shared.lengths.bytes().putLong(row * Long.BYTES, length);
    }

    /** The places below this run; what a step is called with is made anew, as rows may be alike or differ now. */
    private void resize(int rows) {
        count = rows;
        if (arguments != null) {
            arguments.close();
            arguments = null;
        }
    }

    /** Rows of these lengths have taken the next places. */
    void add(long[] lengths) {
        for (int i = 0; i < lengths.length; i++) {
            setLength(count + i, lengths[i]);
        }
        resize(count + lengths.length);
    }

    /** Each row has one more token. */
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

    /** Each row has so many more tokens, or fewer: then its last ones are forgotten. */
    void lengthen(int tokens) {
        for (int row = 0; row < count; row++) {
            setLength(row, length(row) + tokens);
        }
    }

    /** The row in the last place takes this one's. */
    void leave(int place) {
        int last = count - 1;
        if (place < last) {
            setLength(place, length(last));
        }
        resize(last);
    }

    /** Tokens of the longest row that a row in another place is to become a copy of; 0 if there is none. */
    long longestMoved(int[] sources) {
        long longest = 0;
        for (int place = 0; place < sources.length; place++) {
            if (sources[place] != place) {
                longest = Math.max(longest, length(sources[place]));
            }
        }
        return longest;
    }

    /** The rows become copies of some of them. */
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
