package io.github.gpt2djl.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import io.github.gpt2djl.checkpoint.ModelConfig;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Native memory of running generations: keys and values of every layer, and the buffers of a step.
 *
 * <p>Rows join, step together and leave; those that run have the places from 0 on without a gap. Each is written from
 * its own first position, whatever its neighbours' lengths. Ids go in and logits come out through memory that Java and
 * libtorch share, so a step is one native call and no copy.
 *
 * <p>Not for use by several threads at once.
 */
public final class KvCache implements AutoCloseable {
    private static final int FLOAT = 4;
    private static final int LONG = 8;

    private final TorchModule module;
    private final ModelConfig config;
    private final NDManager manager;
    private final int places;
    private final int vocabulary;
    private final ByteBuffer nextIds;
    private final ByteBuffer lengths;
    private final ByteBuffer logits;
    private final ByteBuffer norms;
    private int rows;
    private int capacity;
    private @Nullable Memory memory;
    private @Nullable Arguments arguments;
    private @Nullable Verified verified;
    private boolean closed;

    /** Keys and values, [layers, 2, places, heads, capacity, head size]. */
    private record Memory(NDManager manager, IValue cache) implements AutoCloseable {
        @Override
        public void close() {
            cache.close();
            manager.close();
        }
    }

    /** What a step of so many rows is called with; lengths are empty where all are the same. */
    private record Arguments(NDManager manager, IValue ids, IValue lengths, IValue logits, IValue norms)
            implements AutoCloseable {
        @Override
        public void close() {
            for (IValue value : List.of(ids, lengths, logits, norms)) {
                value.close();
            }
            manager.close();
        }
    }

    /** The native call of a join or a step. */
    @FunctionalInterface
    interface Call {
        /**
         * Calls the method.
         *
         * @param lengths of the rows; empty where all are the same
         */
        void run(IValue ids, IValue lengths, IValue cache, IValue logits, IValue norms);
    }

    /** Buffers for the logits of several tokens of one row. */
    private record Verified(int tokens, ByteBuffer logits, ByteBuffer norms) {}

    KvCache(TorchModule module, NDManager parent, ModelConfig config, int places) {
        this.module = module;
        this.config = config;
        this.places = places;
        vocabulary = config.vocabularySize();
        // A batch that is too large fails here, before there is anything to free.
        nextIds = direct((long) places * LONG);
        lengths = direct((long) places * LONG);
        logits = direct((long) places * vocabulary * FLOAT);
        norms = direct((long) places * FLOAT);
        manager = parent.newSubManager();
        manager.setName("kv-cache");
    }

    /** Rows that run: they have the places below this. */
    public int rows() {
        return rows;
    }

    /**
     * Runs prompts through the model together, and gives them the next places, each prompt as many as {@code copies}.
     *
     * @param prompts at least one of at least one id each, in range; lengths may differ
     * @param room tokens that each row will have room for at least, prompt and continuation
     * @throws IllegalStateException if there are not enough places, or this is closed
     */
    public void join(List<int[]> prompts, int copies, int room) {
        long first = rows;
        join(
                prompts,
                copies,
                room,
                (ids, ends, cache, y, norm) ->
                        module.call("join_rows", ids, ends, cache, first, (long) copies, y, norm));
    }

    void join(List<int[]> prompts, int copies, int room, Call call) {
        checkOpen();
        int batch = prompts.size();
        int joining = batch * copies;
        if (rows + joining > places) {
            throw new IllegalStateException(
                    joining + " rows cannot join " + rows + " in a cache with " + places + " places");
        }
        int longest = prompts.stream().mapToInt(p -> p.length).max().orElseThrow();
        IValue cache = reserve(Math.max(room, longest));
        long[] padded = new long[batch * longest];
        long[] counts = new long[batch];
        for (int i = 0; i < batch; i++) {
            int[] prompt = prompts.get(i);
            counts[i] = prompt.length;
            for (int t = 0; t < prompt.length; t++) {
                padded[i * longest + t] = prompt[t];
            }
        }
        boolean same = Arrays.stream(counts).allMatch(count -> count == longest);
        try (NDManager scope = manager.newSubManager();
                IValue ids = IValue.from((PtNDArray) scope.create(padded, new Shape(batch, longest)));
                IValue ends = IValue.from((PtNDArray) scope.create(same ? new long[0] : counts));
                IValue y = view(scope, logits, rows, new Shape(joining, vocabulary));
                IValue norm = view(scope, norms, rows, new Shape(joining))) {
            call.run(ids, ends, cache, y, norm);
        }
        for (int row = 0; row < joining; row++) {
            lengths.putLong((rows + row) * LONG, counts[row / copies]);
        }
        rows += joining;
        forgetArguments();
    }

    /**
     * The logits that the last call gave for one row.
     *
     * @return [vocabulary], a read-only view that the next step overwrites
     */
    public FloatBuffer logits(int place) {
        checkOpen();
        return slice(logits, place);
    }

    /** The logarithm of the sum of exp(logits) of one row: a logit less this is a log-probability. */
    public float logSumExp(int place) {
        checkOpen();
        return norms.getFloat(place * FLOAT);
    }

    /**
     * Appends one id to each row and computes the logits of what follows.
     *
     * @param ids by place, in range
     * @throws IllegalStateException if the cache is full, empty or closed
     */
    public void step(int[] ids) {
        try (IValue past = IValue.from((long) longest());
                IValue copies = IValue.from(1L)) {
            step(ids, (next, ends, cache, y, norm) -> module.forward(next, past, ends, cache, copies, y, norm));
        }
    }

    void step(int[] ids, Call call) {
        checkOpen();
        int past = longest();
        if (rows == 0 || past == capacity) {
            throw new IllegalStateException("the cache is full at " + capacity + " tokens");
        }
        for (int row = 0; row < rows; row++) {
            nextIds.putLong(row * LONG, ids[row]);
            lengths.putLong(row * LONG, length(row) + 1);
        }
        Arguments now = arguments();
        call.run(now.ids(), now.lengths(), memory().cache(), now.logits(), now.norms());
    }

    /** Lets a row go; the row in the last place takes its place. */
    public void leave(int place) {
        checkOpen();
        rows--;
        if (place < rows) {
            module.call("move_row", memory().cache(), (long) rows, (long) place, length(rows));
            lengths.putLong(place * LONG, length(rows));
        }
        forgetArguments();
    }

    /**
     * Replaces the rows by copies of some of them; only what differs is copied. Logits stay under the places that
     * their rows had, until the next step.
     *
     * @param sources the place that each new row is a copy of, at most as many as there are places
     * @param same tokens that all these rows begin with, and so need no copy, at least 0; 0 with more rows than before
     * @throws IllegalStateException if there are too many rows, or this is closed
     */
    public void reorder(int[] sources, int same) {
        checkOpen();
        if (sources.length > places) {
            throw new IllegalStateException(
                    sources.length + " rows were asked for in a cache with " + places + " places");
        }
        int[] targets = IntStream.range(0, sources.length)
                .filter(place -> sources[place] != place)
                .toArray();
        int[] moved = Arrays.stream(targets).map(place -> sources[place]).toArray();
        long[] before = IntStream.range(0, rows).mapToLong(this::length).toArray();
        long filled =
                Arrays.stream(moved).mapToLong(place -> before[place]).max().orElse(0);
        if (filled > same) {
            try (NDManager scope = manager.newSubManager();
                    IValue from = longs(scope, moved);
                    IValue to = longs(scope, targets)) {
                module.call("reorder", memory().cache(), from, to, (long) same, filled);
            }
        }
        boolean alike = sources.length == rows;
        rows = sources.length;
        for (int place : targets) {
            alike &= length(place) == before[sources[place]];
            lengths.putLong(place * LONG, before[sources[place]]);
        }
        if (!alike) {
            forgetArguments();
        }
    }

    /**
     * Appends several ids to the only row and computes the logits after each of them.
     *
     * @param ids at least one, in range, as many as the cache has room for at most
     * @throws IllegalStateException if there are several rows, or the cache is full or closed
     */
    public void verify(int[] ids) {
        checkOpen();
        int past = longest();
        if (rows != 1 || past + ids.length > capacity) {
            throw new IllegalStateException("cannot verify " + ids.length + " ids in a cache of " + rows + " rows with "
                    + past + " of " + capacity + " tokens");
        }
        if (verified == null || verified.tokens() < ids.length) {
            verified = new Verified(
                    ids.length, direct((long) ids.length * vocabulary * FLOAT), direct((long) ids.length * FLOAT));
        }
        long[] wide = Arrays.stream(ids).asLongStream().toArray();
        try (NDManager scope = manager.newSubManager();
                IValue input = IValue.from((PtNDArray) scope.create(wide, new Shape(1, ids.length)));
                IValue position = IValue.from((long) past);
                IValue y = view(scope, verified.logits(), 0, new Shape(ids.length, vocabulary));
                IValue norm = view(scope, verified.norms(), 0, new Shape(ids.length))) {
            module.call("verify", input, position, memory().cache(), y, norm);
        }
        lengths.putLong(0, past + ids.length);
    }

    /** The logits [vocabulary] after the i-th id that {@link #verify} was given; overwritten by its next call. */
    public FloatBuffer verifiedLogits(int i) {
        checkOpen();
        return slice(verified().logits(), i);
    }

    /** The logarithm of the sum of their exponentials. */
    public float verifiedLogSumExp(int i) {
        checkOpen();
        return verified().norms().getFloat(i * FLOAT);
    }

    /** Forgets the only row's last ids. */
    public void rewind(int count) {
        checkOpen();
        lengths.putLong(0, length(0) - count);
    }

    /** Memory for at least so many tokens a row; what is there moves along. */
    private IValue reserve(int room) {
        Memory old = memory;
        if (old != null && room <= capacity) {
            return old.cache();
        }
        // More than asked for the second time: a queue of prompts that grow would be moved for each.
        int larger = old == null ? room : Math.min(Math.max(room, 2 * capacity), Math.max(room, config.positions()));
        NDManager own = manager.newSubManager();
        long headSize = config.width() / config.heads();
        Shape shape = new Shape(config.layers(), 2, places, config.heads(), larger, headSize);
        // Shorter rows' attention multiplies what is behind them by zero, so it must be numbers.
        Memory grown = new Memory(own, IValue.from((PtNDArray)
                (places > 1 ? own.zeros(shape, DataType.FLOAT32) : own.create(shape, DataType.FLOAT32))));
        if (old != null) {
            module.call("move_all", old.cache(), grown.cache(), (long) longest());
            old.close();
        }
        memory = grown;
        capacity = larger;
        return grown.cache();
    }

    private Arguments arguments() {
        Arguments now = arguments;
        if (now == null) {
            NDManager own = manager.newSubManager();
            long first = length(0);
            boolean same = IntStream.range(0, rows).allMatch(row -> length(row) == first);
            now = new Arguments(
                    own,
                    IValue.from(
                            (PtNDArray) own.create(part(nextIds, 0, rows, LONG), new Shape(rows, 1), DataType.INT64)),
                    IValue.from((PtNDArray)
                            (same
                                    ? own.create(new long[0])
                                    : own.create(part(lengths, 0, rows, LONG), new Shape(rows), DataType.INT64))),
                    view(own, logits, 0, new Shape(rows, vocabulary)),
                    view(own, norms, 0, new Shape(rows)));
            arguments = now;
        }
        return now;
    }

    private void forgetArguments() {
        if (arguments != null) {
            arguments.close();
            arguments = null;
        }
    }

    private Memory memory() {
        if (memory == null) {
            throw new IllegalStateException("no row has joined");
        }
        return memory;
    }

    private Verified verified() {
        if (verified == null) {
            throw new IllegalStateException("nothing has been verified");
        }
        return verified;
    }

    private long length(int row) {
        return lengths.getLong(row * LONG);
    }

    private int longest() {
        long longest = 0;
        for (int row = 0; row < rows; row++) {
            longest = Math.max(longest, length(row));
        }
        return (int) longest;
    }

    private FloatBuffer slice(ByteBuffer buffer, int row) {
        return buffer.asReadOnlyBuffer()
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer()
                .slice(row * vocabulary, vocabulary);
    }

    /** Rows from one on of a buffer of floats. */
    private static IValue view(NDManager scope, ByteBuffer buffer, int first, Shape shape) {
        int rowBytes = Math.toIntExact(shape.size() / shape.get(0) * FLOAT);
        ByteBuffer part = part(buffer, first, (int) shape.get(0), rowBytes);
        return IValue.from((PtNDArray) scope.create(part, shape, DataType.FLOAT32));
    }

    private static IValue longs(NDManager scope, int[] values) {
        return IValue.from(
                (PtNDArray) scope.create(Arrays.stream(values).asLongStream().toArray()));
    }

    private static ByteBuffer part(ByteBuffer buffer, int first, int rows, int rowBytes) {
        return buffer.slice(first * rowBytes, rows * rowBytes).order(ByteOrder.nativeOrder());
    }

    private static ByteBuffer direct(long bytes) {
        if (bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("the batch's logits need " + bytes
                    + " bytes, expected less than 2 GiB; generate fewer rows at once");
        }
        return ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder());
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("this generation is closed; start a new one");
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            forgetArguments();
            if (memory != null) {
                memory.close();
            }
            manager.close();
        }
    }
}
