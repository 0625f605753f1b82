package io.github.gpt2djl.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import io.github.gpt2djl.checkpoint.ModelConfig;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;
import java.util.stream.DoubleStream;
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
 *
 * <p>Two tokens after a prompt of three, both the likeliest:
 *
 * <pre>{@code
 * Sampler greedy = new Greedy();
 * try (KvCache cache = decoder.prefill(List.of(new int[] {20, 30, 40}), 1, 2)) {
 *     int first = greedy.sample(cache.logits(0), soFar, 0);
 *     cache.step(new int[] {first});
 *     int second = greedy.sample(cache.logits(0), soFar, 0);
 * }
 * }</pre>
 */
public final class KvCache implements AutoCloseable {
    private static final int FLOAT = 4;
    private static final int LONG = 8;
    /** Bytes that are not worth asking the system for what is free. */
    private static final long SMALL = 1 << 26;

    private final TorchModule module;
    private final ModelConfig config;
    private final Place place;
    private final NDManager manager;
    private final Lifetime lifetime;
    private final int places;
    private final int vocabulary;
    private final ByteBuffer nextIds;
    private final ByteBuffer lengths;
    private final ByteBuffer logits;
    private final ByteBuffer norms;
    private int rows;
    private int capacity;
    /** Keys and values, [layers, 2, places, heads, capacity, head size]. */
    private @Nullable IValue memory;

    private @Nullable Arguments arguments;
    private @Nullable Verified verified;

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

    KvCache(TorchModule module, NDManager parent, ModelConfig config, Place place, int places, Lifetime lifetime) {
        this.module = module;
        this.place = place;
        this.lifetime = lifetime;
        this.config = config;
        this.places = places;
        vocabulary = config.vocabularySize();
        // A batch that is too large fails here, before there is anything to free.
        nextIds = SharedMemory.allocate((long) places * LONG);
        lengths = SharedMemory.allocate((long) places * LONG);
        logits = SharedMemory.allocate((long) places * vocabulary * FLOAT);
        norms = SharedMemory.allocate((long) places * FLOAT);
        manager = parent.newSubManager();
        manager.setName("kv-cache");
    }

    /** {@return rows that run: they have the places below this} */
    public int rows() {
        return rows;
    }

    /**
     * Runs prompts through the model together, and gives them the next places, each prompt as many as {@code copies}.
     *
     * @param prompts at least one of at least one id each, in range; lengths may differ
     * @param copies places that each prompt takes, at least 1
     * @param room tokens that each row will have room for at least, prompt and continuation
     * @throws IllegalStateException if there are not enough places, or this is closed
     * @throws InsufficientMemoryException if keys and values of so many tokens are larger than the free memory
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
        lifetime.enter(this);
        try {
            Prompts joining = new Prompts(prompts);
            IValue cache = reserve(joining, copies, room);
            int count = joining.count() * copies;
            try (NDManager scope = manager.newSubManager();
                    IValue ids = joining.ids(scope);
                    IValue ends = joining.ends(scope);
                    IValue y = SharedMemory.floats(scope, logits, rows, new Shape(count, vocabulary));
                    IValue norm = SharedMemory.floats(scope, norms, rows, new Shape(count))) {
                call.run(ids, ends, cache, y, norm);
            }
            added(joining, copies);
        } finally {
            lifetime.leave();
        }
    }

    /**
     * Appends one id to each row, and runs prompts through the model that take the next places, in one native call, which
     * reads the weights once: {@link #step} and {@link #join(List, int, int)} together.
     *
     * @param ids by place, in range
     * @param prompts at least one of at least one id each, in range; lengths may differ
     * @param copies places that each prompt takes, at least 1
     * @param room tokens that each of these rows will have room for at least, prompt and continuation
     * @throws IllegalStateException if the cache is full or empty, there are not enough places, or this is closed
     * @throws InsufficientMemoryException if keys and values of so many tokens are larger than the free memory
     */
    public void stepAndJoin(int[] ids, List<int[]> prompts, int copies, int room) {
        lifetime.enter(this);
        try {
            Prompts joining = new Prompts(prompts);
            IValue cache = reserve(joining, copies, room);
            int count = rows + joining.count() * copies;
            long past = longest();
            Arguments now = fed(ids, 1);
            try (NDManager scope = manager.newSubManager();
                    IValue starts = joining.ids(scope);
                    IValue ends = joining.ends(scope);
                    IValue y = SharedMemory.floats(scope, logits, 0, new Shape(count, vocabulary));
                    IValue norm = SharedMemory.floats(scope, norms, 0, new Shape(count))) {
                module.call("step_join", now.ids(), past, now.lengths(), starts, ends, cache, (long) copies, y, norm);
            }
            added(joining, copies);
        } finally {
            lifetime.leave();
        }
    }

    /** Prompts of any lengths, padded behind. */
    private static final class Prompts {
        private final long[] padded;
        private final long[] lengths;
        private final int width;

        Prompts(List<int[]> prompts) {
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

        int count() {
            return lengths.length;
        }

        /** [count, width]. */
        IValue ids(NDManager scope) {
            return IValue.from((PtNDArray) scope.create(padded, new Shape(count(), width)));
        }

        /** [count]; empty where all are as wide as the padded ids. */
        IValue ends(NDManager scope) {
            boolean same = Arrays.stream(lengths).allMatch(length -> length == width);
            return IValue.from((PtNDArray) scope.create(same ? new long[0] : lengths));
        }
    }

    private IValue reserve(Prompts joining, int copies, int room) {
        int count = joining.count() * copies;
        if (rows + count > places) {
            throw new IllegalStateException(
                    count + " rows cannot join " + rows + " in a cache with " + places + " places");
        }
        // Shorter rows' attention multiplies what is behind them by zero, so it must be numbers.
        return reserve(Math.max(room, joining.width), places > 1);
    }

    /** Prompts have taken the next places. */
    private void added(Prompts joining, int copies) {
        for (int row = 0; row < joining.count() * copies; row++) {
            lengths.putLong((rows + row) * LONG, joining.lengths[row / copies]);
        }
        rows += joining.count() * copies;
        forgetArguments();
    }

    /**
     * The logits that the last call gave for one row.
     *
     * @param place of the row, below {@link #rows()}
     * @return [vocabulary], a read-only view that the next step overwrites
     */
    public FloatBuffer logits(int place) {
        lifetime.checkOpen(this);
        return SharedMemory.row(logits, place, vocabulary);
    }

    /**
     * The logarithm of the sum of exp(logits) of one row: a logit less this is a log-probability.
     *
     * @param place of the row, below {@link #rows()}
     * @return the natural logarithm; NaN or infinite where the logits are
     */
    public float logSumExp(int place) {
        lifetime.checkOpen(this);
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
        steps(ids, 1, now -> {
            call.run(now.ids(), now.lengths(), memory(), now.logits(), now.norms());
            return 1;
        });
    }

    /**
     * As many steps as asked for in one native call: the decoder itself chooses each row's next token and feeds it back.
     *
     * @param ids by place, in range: the first step appends them
     * @param choices by place
     * @param draws [steps, rows], random numbers in [0, 1)
     * @param eosIds may end the call early, when each row has met one of them
     * @return a token of each row and step; the last step's have not been appended
     * @throws IllegalArgumentException if there are not as many choices, or draws of a step, as rows
     * @throws IllegalStateException if the cache has no room for so many tokens, is empty or closed
     */
    public Chosen steps(int[] ids, List<Choice> choices, double[][] draws, List<Integer> eosIds) {
        if (choices.size() != rows || Arrays.stream(draws).anyMatch(step -> step.length != rows)) {
            throw new IllegalArgumentException("found " + choices.size() + " choices and draws of "
                    + Arrays.stream(draws)
                            .map(step -> String.valueOf(step.length))
                            .distinct()
                            .toList()
                    + " rows, expected " + rows + ", the rows of the cache");
        }
        double[] flat = Arrays.stream(draws).flatMapToDouble(Arrays::stream).toArray();
        double[] rules = choices.stream()
                .flatMapToDouble(c -> DoubleStream.of(c.temperature(), c.topK(), c.topP()))
                .toArray();
        long most = choices.stream().mapToLong(Choice::topK).max().orElse(0);
        boolean nucleus = choices.stream().anyMatch(choice -> choice.topP() < 1);
        boolean drawn = choices.stream().anyMatch(Choice::draws);
        int[] eos = eosIds.stream().mapToInt(Integer::intValue).toArray();
        try (NDManager scope = manager.newSubManager();
                IValue past = IValue.from((long) longest());
                IValue ends = SharedMemory.longs(scope, eos)) {
            PtNDArray shapes = (PtNDArray) scope.create(rules, new Shape(rows, 3));
            PtNDArray numbers = (PtNDArray) scope.create(flat, new Shape(draws.length, rows));
            double[][] found = new double[1][];
            int steps = steps(ids, draws.length, now -> {
                found[0] = module.compute(
                                scope,
                                "steps",
                                now.ids(),
                                past,
                                now.lengths(),
                                memory(),
                                shapes,
                                numbers,
                                most,
                                nucleus,
                                drawn,
                                ends)
                        .toDoubleArray();
                return found[0].length / 2 / rows;
            });
            return new Chosen(steps, rows, found[0]);
        }
    }

    /** A native call that takes so many steps at most; it tells how many it took. */
    private int steps(int[] ids, int most, ToIntFunction<Arguments> call) {
        lifetime.enter(this);
        try {
            int steps = call.applyAsInt(fed(ids, most));
            for (int row = 0; row < rows && steps > 1; row++) {
                lengths.putLong(row * LONG, length(row) + steps - 1);
            }
            return steps;
        } finally {
            lifetime.leave();
        }
    }

    /** Each row has one more token, and room for as many as these steps add at most. */
    private Arguments fed(int[] ids, int steps) {
        if (rows == 0 || longest() + steps > capacity) {
            throw new IllegalStateException("the cache is full at " + capacity + " tokens");
        }
        for (int row = 0; row < rows; row++) {
            nextIds.putLong(row * LONG, ids[row]);
            lengths.putLong(row * LONG, length(row) + 1);
        }
        return arguments();
    }

    /**
     * Lets a row go; the row in the last place takes its place.
     *
     * @param place below {@link #rows()}
     */
    public void leave(int place) {
        lifetime.enter(this);
        try {
            rows--;
            if (place < rows) {
                module.call("move_row", memory(), (long) rows, (long) place, length(rows));
                lengths.putLong(place * LONG, length(rows));
            }
            forgetArguments();
        } finally {
            lifetime.leave();
        }
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
        lifetime.enter(this);
        try {
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
                        IValue from = SharedMemory.longs(scope, moved);
                        IValue to = SharedMemory.longs(scope, targets)) {
                    module.call("reorder", memory(), from, to, (long) same, filled);
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
        } finally {
            lifetime.leave();
        }
    }

    /**
     * Appends several ids to the only row and computes the logits after each of them.
     *
     * @param ids at least one, in range, as many as the cache has room for at most
     * @throws IllegalStateException if there are several rows, or the cache is full or closed
     */
    public void verify(int[] ids) {
        lifetime.enter(this);
        try {
            int past = longest();
            if (rows != 1 || past + ids.length > capacity) {
                throw new IllegalStateException("cannot verify " + ids.length + " ids in a cache of " + rows
                        + " rows with " + past + " of " + capacity + " tokens");
            }
            if (verified == null || verified.tokens() < ids.length) {
                verified = new Verified(
                        ids.length,
                        SharedMemory.allocate((long) ids.length * vocabulary * FLOAT),
                        SharedMemory.allocate((long) ids.length * FLOAT));
            }
            long[] wide = Arrays.stream(ids).asLongStream().toArray();
            try (NDManager scope = manager.newSubManager();
                    IValue input = IValue.from((PtNDArray) scope.create(wide, new Shape(1, ids.length)));
                    IValue position = IValue.from((long) past);
                    IValue y = SharedMemory.floats(scope, verified.logits(), 0, new Shape(ids.length, vocabulary));
                    IValue norm = SharedMemory.floats(scope, verified.norms(), 0, new Shape(ids.length))) {
                module.call("verify", input, position, memory(), y, norm);
            }
            lengths.putLong(0, past + ids.length);
        } finally {
            lifetime.leave();
        }
    }

    /**
     * The logits after one of the ids that {@link #verify} was given.
     *
     * @param i the id's index, from 0
     * @return [vocabulary], a read-only view that the next {@link #verify} overwrites
     * @throws IllegalStateException if nothing has been verified, or this is closed
     */
    public FloatBuffer verifiedLogits(int i) {
        lifetime.checkOpen(this);
        return SharedMemory.row(verified().logits(), i, vocabulary);
    }

    /**
     * The logarithm of the sum of exp({@link #verifiedLogits}).
     *
     * @param i the id's index, from 0
     * @return the natural logarithm
     * @throws IllegalStateException if nothing has been verified, or this is closed
     */
    public float verifiedLogSumExp(int i) {
        lifetime.checkOpen(this);
        return verified().norms().getFloat(i * FLOAT);
    }

    /** As {@link Decoder#kernelMillis}, in an empty cache. */
    double kernelMillis(int tokens, int steps) {
        lifetime.enter(this);
        try {
            // Memory that nothing has written would be read faster: it is all one page.
            IValue cache = reserve(tokens, true);
            long start = System.nanoTime();
            for (int i = 0; i < steps; i++) {
                module.call("kernels", cache, (long) tokens);
            }
            return (System.nanoTime() - start) / 1e6 / steps;
        } finally {
            lifetime.leave();
        }
    }

    /**
     * Forgets the only row's last ids.
     *
     * @param count how many, at least 0 and fewer than it has
     */
    public void rewind(int count) {
        lifetime.checkOpen(this);
        lengths.putLong(0, length(0) - count);
    }

    /** Memory for at least so many tokens a row; what is there moves along. */
    private IValue reserve(int room, boolean zeros) {
        IValue old = memory;
        if (old != null && room <= capacity) {
            return old;
        }
        // More than asked for the second time: a queue of prompts that grow would be moved for each.
        int larger = old == null ? room : Math.min(Math.max(room, 2 * capacity), Math.max(room, config.positions()));
        checkMemory(larger, place::freeBytes);
        IValue grown = module.result("memory", (long) places, (long) larger, zeros);
        if (old != null) {
            try {
                module.call("move_all", old, grown, (long) longest());
            } catch (RuntimeException e) {
                grown.close();
                throw e;
            }
            old.close();
        }
        memory = grown;
        capacity = larger;
        return grown;
    }

    /** Rejects keys and values that are too many for this machine. */
    void checkMemory(int room, LongSupplier free) {
        long bytes = 2L * place.cacheBytes() * config.layers() * config.width() * places * room;
        if (bytes > SMALL && bytes > free.getAsLong()) {
            throw new InsufficientMemoryException(
                    "the KV cache of " + places + " sequences of " + room + " tokens",
                    bytes,
                    free.getAsLong(),
                    "generate fewer sequences at once, or shorter ones");
        }
    }

    private Arguments arguments() {
        Arguments now = arguments;
        if (now == null) {
            NDManager own = manager.newSubManager();
            long first = length(0);
            boolean same = IntStream.range(0, rows).allMatch(row -> length(row) == first);
            now = new Arguments(
                    own,
                    SharedMemory.longs(own, nextIds, new Shape(rows, 1)),
                    same ? SharedMemory.longs(own) : SharedMemory.longs(own, lengths, new Shape(rows)),
                    SharedMemory.floats(own, logits, 0, new Shape(rows, vocabulary)),
                    SharedMemory.floats(own, norms, 0, new Shape(rows)));
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

    private IValue memory() {
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

    /** Called once, when no call runs. */
    void free() {
        forgetArguments();
        if (memory != null) {
            memory.close();
        }
        manager.close();
    }

    @Override
    public void close() {
        lifetime.free(this);
    }
}
