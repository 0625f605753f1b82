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
import org.jspecify.annotations.Nullable;

/**
 * One running generation's native memory: keys and values of every layer, and the buffers of a step.
 *
 * <p>Everything is allocated once, for the prompt and all new tokens. Ids go in and logits come out through memory
 * that Java and libtorch share, so a step is one native call and no copy. Rows of different lengths are padded on
 * the left; each row's pads are counted, never guessed from ids.
 *
 * <p>Not for use by several threads at once.
 */
public final class KvCache implements AutoCloseable {
    private static final int FLOAT = 4;
    private static final int LONG = 8;

    private final TorchModule module;
    private final NDManager manager;
    private final int vocabulary;
    private final int copies;
    private final int rows;
    private final int capacity;
    private final ByteBuffer nextIds;
    private final ByteBuffer logits;
    private final ByteBuffer norms;
    private final long[] pads;
    private final IValue cacheArgument;
    /** By row its place in the buffers and in the cache; -1: it has left. */
    private final int[] places;

    private int running;
    private IValue idsArgument;
    private IValue padsArgument;
    private IValue logitsArgument;
    private IValue normsArgument;
    private @Nullable Verified verified;
    private int past;
    private boolean prefilled;
    private boolean closed;

    /** Buffers for the logits of several tokens of one row. */
    private record Verified(int rows, ByteBuffer logits, ByteBuffer norms) {}

    KvCache(TorchModule module, NDManager parent, ModelConfig config, List<int[]> prompts, int copies, int newTokens) {
        this.module = module;
        this.copies = copies;
        rows = prompts.size() * copies;
        vocabulary = config.vocabularySize();
        int longest = longest(prompts);
        // The last token is never fed back.
        capacity = longest + newTokens - 1;
        // A batch that is too large fails here, before there is anything to free.
        nextIds = direct((long) rows * LONG);
        logits = direct((long) rows * vocabulary * FLOAT);
        norms = direct((long) rows * FLOAT);
        manager = parent.newSubManager();
        manager.setName("kv-cache");
        running = rows;
        places = new int[rows];
        for (int row = 0; row < rows; row++) {
            places[row] = row;
        }
        pads = pads(prompts, copies);
        idsArgument = argument(nextIds, new Shape(rows, 1), DataType.INT64);
        logitsArgument = view(manager, logits, new Shape(rows, vocabulary));
        normsArgument = view(manager, norms, new Shape(rows));
        padsArgument = padsArgument(manager, pads);
        long headSize = config.width() / config.heads();
        cacheArgument = IValue.from((PtNDArray) manager.create(
                new Shape(config.layers(), 2, rows, config.heads(), capacity, headSize), DataType.FLOAT32));
    }

    /** Rows: prompts × copies; row {@code r} continues prompt {@code r / copies}. */
    public int rows() {
        return rows;
    }

    /**
     * The logits that the last call gave for one row.
     *
     * @return [vocabulary], a read-only view that the next step overwrites
     */
    public FloatBuffer logits(int row) {
        checkOpen();
        return logits.asReadOnlyBuffer()
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer()
                .slice(source(row) * vocabulary, vocabulary);
    }

    /** The logarithm of the sum of exp(logits) of one row: a logit less this is a log-probability. */
    public float logSumExp(int row) {
        checkOpen();
        return norms.getFloat(source(row) * FLOAT);
    }

    /**
     * Appends one id to each row and computes the logits of what follows.
     *
     * @param ids one for each row, in range; those of rows that have left are not looked at
     * @throws IllegalStateException if the cache is full or closed
     */
    public void step(int[] ids) {
        checkOpen();
        if (past == capacity) {
            throw new IllegalStateException("the cache is full at " + capacity + " tokens");
        }
        for (int row = 0; row < rows; row++) {
            if (places[row] >= 0) {
                nextIds.putLong(places[row] * LONG, ids[row]);
            }
        }
        run(idsArgument, 1, padsArgument, 1, logitsArgument, normsArgument);
        prefilled = false;
    }

    /**
     * Appends several ids to the only row and computes the logits after each of them.
     *
     * @param ids at least one, in range, as many as the cache has room for at most
     * @throws IllegalStateException if there are several rows, or the cache is full or closed
     */
    public void verify(int[] ids) {
        checkOpen();
        if (rows != 1 || past + ids.length > capacity) {
            throw new IllegalStateException("cannot verify " + ids.length + " ids in a cache of " + rows + " rows with "
                    + past + " of " + capacity + " tokens");
        }
        if (verified == null || verified.rows() < ids.length) {
            verified = new Verified(
                    ids.length, direct((long) ids.length * vocabulary * FLOAT), direct((long) ids.length * FLOAT));
        }
        long[] wide = Arrays.stream(ids).asLongStream().toArray();
        try (NDManager scope = manager.newSubManager();
                IValue input = IValue.from((PtNDArray) scope.create(wide, new Shape(1, ids.length)));
                IValue position = IValue.from((long) past);
                IValue y = view(scope, verified.logits(), new Shape(ids.length, vocabulary));
                IValue norm = view(scope, verified.norms(), new Shape(ids.length))) {
            module.call("verify", input, position, cacheArgument, y, norm);
        }
        past += ids.length;
        prefilled = false;
    }

    /** The logits [vocabulary] after the i-th id that {@link #verify} was given; overwritten by its next call. */
    public FloatBuffer verifiedLogits(int i) {
        checkOpen();
        return verified()
                .logits()
                .asReadOnlyBuffer()
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer()
                .slice(i * vocabulary, vocabulary);
    }

    /** The logarithm of the sum of their exponentials. */
    public float verifiedLogSumExp(int i) {
        checkOpen();
        return verified().norms().getFloat(i * FLOAT);
    }

    /** Forgets the last ids. */
    public void rewind(int count) {
        checkOpen();
        past -= count;
    }

    private Verified verified() {
        if (verified == null) {
            throw new IllegalStateException("nothing has been verified");
        }
        return verified;
    }

    /**
     * Lets rows go whose generation has ended: the steps that follow do not compute them.
     *
     * @param ended by row; rows that have left already stay away
     */
    public void leave(boolean[] ended) {
        checkOpen();
        int before = running;
        for (int row = 0; row < rows; row++) {
            if (ended[row] && places[row] >= 0) {
                int free = places[row];
                places[row] = -1;
                running--;
                moveLast(free);
            }
        }
        if (running > 0 && running < before) {
            shrink();
        }
    }

    /** The row in the last place moves to one that has become free. */
    private void moveLast(int free) {
        for (int row = 0; row < rows; row++) {
            if (places[row] == running && free != running) {
                module.call("move_row", cacheArgument, (long) running, (long) free, (long) past);
                places[row] = free;
                if (pads.length > 0) {
                    pads[free] = pads[running];
                }
                return;
            }
        }
    }

    void prefill(List<int[]> prompts) {
        int batch = prompts.size();
        int longest = longest(prompts);
        long[] padded = new long[batch * longest];
        for (int row = 0; row < batch; row++) {
            int[] prompt = prompts.get(row);
            for (int i = 0; i < prompt.length; i++) {
                padded[(row + 1) * longest - prompt.length + i] = prompt[i];
            }
        }
        try (NDManager scope = manager.newSubManager()) {
            // With several copies the first `batch` rows of the buffers hold one result for each prompt.
            try (IValue ids = IValue.from((PtNDArray) scope.create(padded, new Shape(batch, longest)));
                    IValue promptPads = padsArgument(scope, pads(prompts, 1));
                    IValue y = view(scope, logits, new Shape(batch, vocabulary));
                    IValue norm = view(scope, norms, new Shape(batch))) {
                run(ids, longest, promptPads, copies, y, norm);
            }
        }
        prefilled = true;
    }

    private void run(IValue ids, int count, IValue pads, int cacheCopies, IValue y, IValue norm) {
        try (IValue position = IValue.from((long) past);
                IValue copy = IValue.from((long) cacheCopies)) {
            module.forward(ids, position, pads, cacheArgument, copy, y, norm);
        }
        past += count;
    }

    private int source(int row) {
        return prefilled ? row / copies : places[row];
    }

    private void shrink() {
        for (IValue argument : List.of(idsArgument, padsArgument, logitsArgument, normsArgument)) {
            argument.close();
        }
        ByteBuffer ids = nextIds.slice(0, running * LONG).order(ByteOrder.nativeOrder());
        idsArgument = argument(ids, new Shape(running, 1), DataType.INT64);
        logitsArgument = view(manager, logits, new Shape(running, vocabulary));
        normsArgument = view(manager, norms, new Shape(running));
        padsArgument = padsArgument(manager, pads.length == 0 ? pads : Arrays.copyOf(pads, running));
    }

    private static IValue view(NDManager scope, ByteBuffer buffer, Shape shape) {
        ByteBuffer part = buffer.slice(0, Math.toIntExact(shape.size() * FLOAT)).order(ByteOrder.nativeOrder());
        return IValue.from((PtNDArray) scope.create(part, shape, DataType.FLOAT32));
    }

    private IValue argument(ByteBuffer buffer, Shape shape, DataType type) {
        return IValue.from((PtNDArray) manager.create(buffer, shape, type));
    }

    /** [prompts × copies], or empty where no row is padded. */
    private static long[] pads(List<int[]> prompts, int copies) {
        int longest = longest(prompts);
        if (prompts.stream().allMatch(p -> p.length == longest)) {
            return new long[0];
        }
        long[] pads = new long[prompts.size() * copies];
        for (int row = 0; row < pads.length; row++) {
            pads[row] = (long) longest - prompts.get(row / copies).length;
        }
        return pads;
    }

    private static IValue padsArgument(NDManager scope, long[] pads) {
        return IValue.from((PtNDArray) scope.create(pads, new Shape(pads.length)));
    }

    private static int longest(List<int[]> prompts) {
        return prompts.stream().mapToInt(p -> p.length).max().orElseThrow();
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
            for (IValue argument : List.of(idsArgument, padsArgument, cacheArgument, logitsArgument, normsArgument)) {
                argument.close();
            }
            manager.close();
        }
    }
}
