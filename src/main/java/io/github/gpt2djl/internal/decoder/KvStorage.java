package io.github.gpt2djl.internal.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import io.github.gpt2djl.InsufficientMemoryException;
import io.github.gpt2djl.ModelConfig;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The keys and values of every layer, [layers, 2, rows, heads, capacity, head size]. The memory grows on demand. */
final class KvStorage {
    /** Up to this many bytes are allocated without asking the system for its free memory. */
    private static final long SMALL = 1 << 26;

    private final TorchModule module;
    private final ModelConfig config;
    private final ExecutionTarget target;
    private int rows;
    private int capacity;
    private @Nullable IValue memory;
    /** The number of tokens, from the first on, that hold finite numbers in each row, whether the row runs or not. */
    private long[] finite = new long[0];

    KvStorage(TorchModule module, ModelConfig config, ExecutionTarget target) {
        this.module = module;
        this.config = config;
        this.target = target;
    }

    /** The number of rows that there is room for. */
    int rows() {
        return rows;
    }

    /** The number of tokens that there is room for in each row. */
    int capacity() {
        return capacity;
    }

    /**
     * The tensor of all keys and values.
     *
     * @throws IllegalStateException if no row has joined yet
     */
    IValue get() {
        if (memory == null) {
            throw new IllegalStateException("no row has joined");
        }
        return memory;
    }

    /** Rejects a {@link #reserve} that this machine lacks the memory for. */
    void check(int most, int room) {
        if (memory == null || room > capacity || most > rows) {
            check(config, target, Math.max(most, rows), larger(room), target::freeBytes);
        }
    }

    /**
     * Grows the cache to at least {@code most} rows of at least {@code room} tokens, keeping the first {@code filled}
     * tokens of each row. {@link #check} must have accepted the size. An exception leaves everything unchanged.
     *
     * @param most number of rows, at least 1
     * @param room tokens of each row
     * @param filled tokens of each row that are kept
     */
    IValue reserve(int most, int room, long filled, boolean zeros) {
        IValue old = memory;
        if (old != null && room <= capacity && most <= rows) {
            return old;
        }
        int larger = larger(room);
        int wider = Math.max(most, rows);
        IValue grown = module.result(TorchMethod.ALLOCATE_CACHE, (long) wider, (long) larger, zeros);
        if (old != null) {
            try {
                module.call(TorchMethod.COPY_CACHE, old, grown, filled);
            } catch (RuntimeException e) {
                grown.close();
                throw e;
            }
            old.close();
        }
        memory = grown;
        finite = Arrays.copyOf(finite, wider);
        Arrays.setAll(finite, row -> Math.min(finite[row], filled));
        capacity = larger;
        rows = wider;
        return grown;
    }

    /** The size of the keys and values of one token, in bytes. */
    long bytesPerToken() {
        return 2L * target.cacheBytes() * config.layers() * config.width();
    }

    /** Copies tokens of a row, from {@code first} on, to memory of their own. */
    IValue keep(int place, int first, int count) {
        check("keeping " + count + " tokens", bytesPerToken() * count, target::freeBytes, "keep fewer");
        return module.result(TorchMethod.KEEP_ROW, get(), (long) place, (long) first, (long) count);
    }

    /** The keys and values of the first row in a layer, [2, heads, tokens, head size]. Closes {@code scope}. */
    float[] layer(NDManager scope, int layer, int tokens) {
        try (scope) {
            return module.compute(scope, TorchMethod.LAYER_OF_ROW, get(), (long) layer, (long) tokens)
                    .toFloatArray();
        }
    }

    /** Sets the keys and values of the first row in a layer. Closes {@code scope}. */
    void setLayer(NDManager scope, int layer, int tokens, float[] values) {
        try (scope) {
            Shape shape = new Shape(2, config.heads(), tokens, config.width() / config.heads());
            module.call(TorchMethod.SET_LAYER_OF_ROW, get(), (long) layer, (PtNDArray) scope.create(values, shape));
        }
    }

    /** Notes that the first tokens of a row have been written. */
    void wrote(int row, long tokens) {
        finite[row] = Math.max(finite[row], tokens);
    }

    /**
     * Zeroes the memory of a row behind its tokens. Memory is not zeroed as a whole when it is allocated: that would
     * hold up the running rows.
     *
     * @param written number of the row's tokens
     * @param seen number of tokens that the next call reads of each row
     */
    void clear(int row, long written, long seen) {
        long first = Math.max(finite[row], written);
        if (first < seen) {
            module.call(TorchMethod.CLEAR_ROW, get(), (long) row, first, seen - first);
            finite[row] = seen;
        }
    }

    /** Copies the first tokens of a row to another place. */
    void move(int source, int target, long tokens) {
        module.call(TorchMethod.MOVE_ROW, get(), (long) source, (long) target, tokens);
        wrote(target, tokens);
    }

    /**
     * Replaces rows by copies of other rows.
     *
     * @param sources the place that each row is a copy of
     * @param first token that may differ
     * @param filled tokens of the longest row that is copied
     */
    void reorder(NDManager scope, int[] sources, int first, long filled) {
        if (filled > first) {
            long[] moves = RowMoves.of(sources);
            PtNDArray pairs = SharedMemory.copy(scope, new Shape(moves.length / 2, 2), moves);
            module.call(TorchMethod.REORDER, get(), pairs, (long) first, filled);
            long[] before = finite.clone();
            for (int place = 0; place < sources.length; place++) {
                if (sources[place] != place) {
                    finite[place] = Math.min(before[sources[place]], filled);
                }
            }
        }
    }

    /**
     * The new capacity for {@code room} tokens. From the second time on doubles, up to the model's context: otherwise a
     * queue of ever longer prompts would move the cache for each of them.
     */
    private int larger(int room) {
        return room <= capacity
                ? capacity
                : memory == null ? room : Math.min(Math.max(room, 2 * capacity), Math.max(room, config.positions()));
    }

    /** Rejects keys and values that are, with the logits of a step, larger than this machine's free memory. */
    static void check(ModelConfig config, ExecutionTarget target, int rows, int room, LongSupplier free) {
        long bytes = 2L * target.cacheBytes() * config.layers() * config.width() * rows * room;
        check(
                "the KV cache of " + rows + " sequences of " + room + " tokens, with their logits,",
                bytes + Logits.bytes(rows, config.vocabularySize()),
                free,
                "generate fewer sequences at once, or shorter ones");
    }

    /** Rejects a number of tokens whose logits are larger than this machine's free memory. */
    void checkVerified(int tokens) {
        checkVerified(tokens, config.vocabularySize(), target::freeBytes);
    }

    static void checkVerified(int tokens, int vocabulary, LongSupplier free) {
        check("verifying " + tokens + " tokens at once", Logits.bytes(tokens, vocabulary), free, "guess fewer");
    }

    private static void check(String what, long bytes, LongSupplier free, String advice) {
        if (bytes > SMALL && bytes > free.getAsLong()) {
            throw new InsufficientMemoryException(what, bytes, free.getAsLong(), advice);
        }
    }

    void close() {
        if (memory != null) {
            memory.close();
        }
    }
}
