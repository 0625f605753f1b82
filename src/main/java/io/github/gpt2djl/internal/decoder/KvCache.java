package io.github.gpt2djl.internal.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import io.github.gpt2djl.InsufficientMemoryException;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.internal.decoder.RowBuffers.Arguments;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
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
    private final TorchModule module;
    private final int places;
    private final int vocabulary;
    private final NDManager manager;
    private final Lifetime lifetime;
    private final RowBuffers rows;
    private final KeysAndValues memory;
    private @Nullable Logits verified;
    private int expected;

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

    KvCache(TorchModule module, NDManager parent, ModelConfig config, Place place, int places, Lifetime lifetime) {
        this.module = module;
        this.places = places;
        this.lifetime = lifetime;
        vocabulary = config.vocabularySize();
        memory = new KeysAndValues(module, config, place);
        manager = parent.newSubManager();
        manager.setName("kv-cache");
        try {
            rows = new RowBuffers(manager, vocabulary);
        } catch (RuntimeException | Error e) {
            manager.close();
            throw e;
        }
    }

    /** {@return rows that run: they have the places below this} */
    public int rows() {
        return rows.count();
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
        long first = rows.count();
        join(
                prompts,
                copies,
                room,
                (ids, ends, cache, y, norm) ->
                        module.call(TorchMethod.JOIN, ids, ends, cache, first, (long) copies, y, norm));
    }

    void join(List<int[]> prompts, int copies, int room, Call call) {
        lifetime.enter(this);
        try {
            Prompts joining = new Prompts(prompts, copies);
            IValue cache = reserve(joining, room);
            try (NDManager scope = manager.newSubManager();
                    IValue ids = joining.ids(scope);
                    IValue ends = joining.ends(scope);
                    IValue y = rows.logits().values(scope, rows.count(), joining.rows());
                    IValue norm = rows.logits().norms(scope, rows.count(), joining.rows())) {
                call.run(ids, ends, cache, y, norm);
            }
            rows.add(joining);
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
     * @throws InsufficientMemoryException if keys and values of so many tokens are larger than the free memory; after
     *     this and any other exception, the rows that run can take the step by {@link #step}
     */
    public void stepAndJoin(int[] ids, List<int[]> prompts, int copies, int room) {
        lifetime.enter(this);
        try {
            Prompts joining = new Prompts(prompts, copies);
            IValue cache = reserve(joining, room);
            int count = rows.count() + joining.rows();
            long past = rows.longest();
            Arguments now = feed(ids, 1);
            try (NDManager scope = manager.newSubManager();
                    IValue starts = joining.ids(scope);
                    IValue ends = joining.ends(scope);
                    IValue y = rows.logits().values(scope, 0, count);
                    IValue norm = rows.logits().norms(scope, 0, count)) {
                module.call(
                        TorchMethod.STEP_AND_JOIN,
                        now.ids(),
                        past,
                        now.lengths(),
                        starts,
                        ends,
                        cache,
                        (long) copies,
                        y,
                        norm);
            } catch (RuntimeException | Error e) {
                rows.takeBack();
                throw e;
            }
            rows.add(joining);
        } finally {
            lifetime.leave();
        }
    }

    private IValue reserve(Prompts joining, int room) {
        if (rows.count() + joining.rows() > places) {
            throw new IllegalStateException(
                    joining.rows() + " rows cannot join " + rows.count() + " in a cache with " + places + " places");
        }
        int needed = rows.count() + joining.rows();
        int now = memory.rows();
        // More than needed the second time, as they would be moved for each.
        int more = needed <= now ? now : (int) Math.min(places, Math.max(Math.max(needed, expected), 2L * now));
        return reserve(more, Math.max(room, joining.width()));
    }

    /** Where memory is lacking, the rows that run are not touched. */
    private IValue reserve(int most, int room) {
        memory.check(most, room);
        rows.grow(most);
        // Shorter rows' attention multiplies what is behind them by zero, so it must be numbers.
        return memory.reserve(most, room, rows.longest(), places > 1);
    }

    /**
     * Tells how many rows there will be soon, so that their memory is made at once.
     *
     * @param count of those that run and join; 0 if that is not known
     */
    public void expect(int count) {
        expected = count;
    }

    /**
     * The logits that the last call gave for one row.
     *
     * @param place of the row, below {@link #rows()}
     * @return [vocabulary], a read-only copy that the next call of this method overwrites
     * @throws IllegalStateException if this is closed
     */
    public FloatBuffer logits(int place) {
        return opened(() -> rows.logits().row(place));
    }

    /**
     * One of the logits that the last call gave for one row.
     *
     * @param place of the row, below {@link #rows()}
     * @param id of a token, in range
     * @return the logit
     * @throws IllegalStateException if this is closed
     */
    public float logit(int place, int id) {
        return opened(() -> rows.logits().get(place, id));
    }

    /**
     * The logarithm of the sum of exp(logits) of one row: a logit less this is a log-probability.
     *
     * @param place of the row, below {@link #rows()}
     * @return the natural logarithm
     * @throws IllegalStateException if the logits are NaN or infinite
     */
    public float logSumExp(int place) {
        return opened(() -> rows.logits().norm(place));
    }

    /**
     * Appends one id to each row and computes the logits of what follows.
     *
     * @param ids by place, in range
     * @throws IllegalStateException if the cache is full, empty or closed
     */
    public void step(int[] ids) {
        try (IValue past = IValue.from(rows.longest());
                IValue copies = IValue.from(1L)) {
            step(ids, (next, ends, cache, y, norm) -> module.forward(next, past, ends, cache, copies, y, norm));
        }
    }

    void step(int[] ids, Call call) {
        steps(ids, 1, now -> {
            call.run(now.ids(), now.lengths(), memory.get(), now.logits(), now.norms());
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
        int count = rows.count();
        if (choices.size() != count || Arrays.stream(draws).anyMatch(step -> step.length != count)) {
            throw new IllegalArgumentException("found " + choices.size() + " choices and draws of "
                    + Arrays.stream(draws)
                            .map(step -> String.valueOf(step.length))
                            .distinct()
                            .toList()
                    + " rows, expected " + count + ", the rows of the cache");
        }
        double[] flat = Arrays.stream(draws).flatMapToDouble(Arrays::stream).toArray();
        double[] rules = choices.stream()
                .flatMapToDouble(c -> DoubleStream.of(c.temperature(), c.topK(), c.topP()))
                .toArray();
        long most = choices.stream().mapToLong(Choice::topK).max().orElse(0);
        boolean nucleus = choices.stream().anyMatch(choice -> choice.topP() < 1);
        boolean drawn = choices.stream().anyMatch(Choice::draws);
        long[] eos = eosIds.stream().mapToLong(Integer::longValue).toArray();
        try (NDManager scope = manager.newSubManager();
                IValue past = IValue.from(rows.longest());
                IValue ends = IValue.from(SharedMemory.copy(scope, new Shape(eos.length), eos))) {
            PtNDArray shapes = SharedMemory.copy(scope, new Shape(count, 3), rules);
            PtNDArray numbers = SharedMemory.copy(scope, new Shape(draws.length, count), flat);
            double[][] found = new double[1][];
            int steps = steps(ids, draws.length, now -> {
                found[0] = module.compute(
                                scope,
                                TorchMethod.STEPS,
                                now.ids(),
                                past,
                                now.lengths(),
                                memory.get(),
                                shapes,
                                numbers,
                                most,
                                nucleus,
                                drawn,
                                ends)
                        .toDoubleArray();
                return found[0].length / 2 / count;
            });
            return new Chosen(steps, count, found[0]);
        }
    }

    /** A native call that takes so many steps at most; it tells how many it took. */
    private int steps(int[] ids, int most, ToIntFunction<Arguments> call) {
        lifetime.enter(this);
        try {
            int steps = call.applyAsInt(feed(ids, most));
            for (int row = 0; row < rows.count() && steps > 1; row++) {
                rows.setLength(row, rows.length(row) + steps - 1);
            }
            return steps;
        } finally {
            lifetime.leave();
        }
    }

    /** Each row has one more token, and room for as many as these steps add at most. */
    private Arguments feed(int[] ids, int steps) {
        if (rows.count() == 0 || rows.longest() + steps > memory.capacity()) {
            throw new IllegalStateException("the cache is full at " + memory.capacity() + " tokens");
        }
        return rows.feed(ids, manager);
    }

    /**
     * Lets a row go; the row in the last place takes its place.
     *
     * @param place below {@link #rows()}
     */
    public void leave(int place) {
        lifetime.enter(this);
        try {
            int last = rows.count() - 1;
            if (place < last) {
                module.call(TorchMethod.MOVE_ROW, memory.get(), (long) last, (long) place, rows.length(last));
                rows.setLength(place, rows.length(last));
            }
            rows.resize(last);
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
            if (sources.length > memory.rows()) {
                reserve(sources.length, memory.capacity());
            }
            int[] targets = IntStream.range(0, sources.length)
                    .filter(place -> sources[place] != place)
                    .toArray();
            long[] before =
                    IntStream.range(0, rows.count()).mapToLong(rows::length).toArray();
            long filled = Arrays.stream(targets)
                    .mapToLong(place -> before[sources[place]])
                    .max()
                    .orElse(0);
            if (filled > same) {
                long[] moves = RowMoves.of(sources);
                try (NDManager scope = manager.newSubManager()) {
                    PtNDArray pairs = SharedMemory.copy(scope, new Shape(moves.length / 2, 2), moves);
                    module.call(TorchMethod.REORDER, memory.get(), pairs, (long) same, filled);
                }
            }
            boolean alike = sources.length == rows.count();
            for (int place : targets) {
                alike &= rows.length(place) == before[sources[place]];
                rows.setLength(place, before[sources[place]]);
            }
            if (!alike) {
                rows.resize(sources.length);
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
            long past = rows.longest();
            if (rows.count() != 1 || past + ids.length > memory.capacity()) {
                throw new IllegalStateException("cannot verify " + ids.length + " ids in a cache of " + rows.count()
                        + " rows with " + past + " of " + memory.capacity() + " tokens");
            }
            Logits results = reserveVerified(ids.length);
            long[] wide = Arrays.stream(ids).asLongStream().toArray();
            try (NDManager scope = manager.newSubManager();
                    IValue input = IValue.from(SharedMemory.copy(scope, new Shape(1, ids.length), wide));
                    IValue position = IValue.from(past);
                    IValue y = results.values(scope, 0, ids.length);
                    IValue norm = results.norms(scope, 0, ids.length)) {
                module.call(TorchMethod.VERIFY, input, position, memory.get(), y, norm);
            }
            rows.setLength(0, past + ids.length);
        } finally {
            lifetime.leave();
        }
    }

    /**
     * The logits after one of the ids that {@link #verify} was given.
     *
     * @param i the id's index, from 0
     * @return [vocabulary], a read-only copy that the next call of this method overwrites
     * @throws IllegalStateException if nothing has been verified, or this is closed
     */
    public FloatBuffer verifiedLogits(int i) {
        return opened(() -> verified().row(i));
    }

    /**
     * The logarithm of the sum of exp({@link #verifiedLogits}).
     *
     * @param i the id's index, from 0
     * @return the natural logarithm
     * @throws IllegalStateException if the logits are NaN or infinite, nothing has been verified, or this is closed
     */
    public float verifiedLogSumExp(int i) {
        return opened(() -> verified().norm(i));
    }

    /** As {@link Decoder#kernelMillis}, in an empty cache. */
    double kernelMillis(int tokens, int steps) {
        lifetime.enter(this);
        try {
            // Memory that nothing has written would be read faster: it is all one page.
            memory.check(places, tokens);
            IValue cache = memory.reserve(places, tokens, 0, true);
            long start = System.nanoTime();
            for (int i = 0; i < steps; i++) {
                module.call(TorchMethod.ATTENTIONS_AND_MLPS, cache, (long) tokens);
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
        lifetime.enter(this);
        try {
            rows.setLength(0, rows.length(0) - count);
        } finally {
            lifetime.leave();
        }
    }

    /** Reads memory; another thread that frees it waits. */
    private <T> T opened(Supplier<T> read) {
        lifetime.enter(this);
        try {
            return read.get();
        } finally {
            lifetime.leave();
        }
    }

    private Logits reserveVerified(int count) {
        Logits old = verified;
        if (old != null && old.rows() >= count) {
            return old;
        }
        memory.checkVerified(count);
        if (old != null) {
            old.close();
            verified = null;
        }
        Logits larger = new Logits(manager, count, vocabulary);
        verified = larger;
        return larger;
    }

    private Logits verified() {
        if (verified == null) {
            throw new IllegalStateException("nothing has been verified");
        }
        return verified;
    }

    /** Called once, when no call runs. */
    void free() {
        rows.close();
        if (verified != null) {
            verified.close();
        }
        memory.close();
        manager.close();
    }

    @Override
    public void close() {
        lifetime.free(this);
    }
}
