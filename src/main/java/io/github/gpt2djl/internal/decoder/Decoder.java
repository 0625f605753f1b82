package io.github.gpt2djl.internal.decoder;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.InsufficientMemoryException;
import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.NamedOption;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.internal.machine.ExitGuard;
import io.github.gpt2djl.internal.machine.Glibc;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * GPT-2 with its weights packed: token ids in, logits out.
 *
 * <p>Safe for use by several threads at once: the state of a generation is in its own {@link RunningBatch}.
 *
 * <p>How the library scores a text:
 *
 * <pre>{@code
 * float[] logits = decoder.logits(new int[] {20, 30, 40});
 * System.out.println(logits.length == 3 * decoder.vocabulary()); // true
 * System.out.println(decoder.logProbabilities(new int[] {20, 30, 40}).length); // 2
 * }</pre>
 */
public final class Decoder implements AutoCloseable {
    private final ModelConfig config;
    private final ExecutionTarget target;
    private final NDManager manager;
    private final TorchModule module;
    private final Lifetime lifetime = new Lifetime();

    private Decoder(ModelConfig config, ExecutionTarget target, NDManager manager, TorchModule module) {
        this.config = config;
        this.target = target;
        this.manager = manager;
        this.module = module;
    }

    /**
     * Packs a checkpoint's weights; the checkpoint may be closed afterwards.
     *
     * @param checkpoint architecture and tensors
     * @param precision of the packed weights
     * @param device where to compute
     * @param threads threads of one native operation, process-wide: the first load decides
     * @return the model, to be closed
     * @throws IOException if the checkpoint cannot be read or is malformed
     * @throws IllegalArgumentException if this machine lacks the precision or the device, or the precision the widths
     * @throws InsufficientMemoryException if the weights are larger than the free memory
     * @throws IllegalStateException if PyTorch cannot be loaded, or runs with another number of threads
     */
    public static Decoder load(Checkpoint checkpoint, Precision precision, DeviceChoice device, int threads)
            throws IOException {
        return load(checkpoint, () -> ExecutionTarget.of(checkpoint.config(), device, precision), threads);
    }

    /** @param target called after PyTorch has started */
    static Decoder load(Checkpoint checkpoint, Supplier<ExecutionTarget> target, int threads) throws IOException {
        ExitGuard.opened();
        try {
            Engine engine = TorchEngine.start(threads);
            return open(checkpoint, target.get(), engine.newBaseManager(Device.cpu()));
        } catch (IOException | RuntimeException | Error e) {
            ExitGuard.closed();
            throw e;
        }
    }

    private static Decoder open(Checkpoint checkpoint, ExecutionTarget target, NDManager manager) throws IOException {
        try {
            TorchModule module = TorchModule.load(
                    DecoderArchive.pack(checkpoint.config(), target),
                    manager,
                    !target.device().isGpu());
            Weights.load(checkpoint, module, manager, target);
            Glibc.trim();
            return new Decoder(checkpoint.config(), target, manager, module);
        } catch (IOException | RuntimeException | Error e) {
            manager.close();
            throw e;
        }
    }

    NDManager manager() {
        return manager;
    }

    /** {@return the TorchScript module, for tests} */
    TorchModule module() {
        return module;
    }

    /** {@return the architecture} */
    public ModelConfig config() {
        return config;
    }

    /** {@return the device that the model computes on: the processor or a GPU} */
    public DeviceChoice device() {
        return target.device();
    }

    /** {@return the maximum number of tokens of a row: the model's context} */
    public int positions() {
        return config.positions();
    }

    /** {@return the size of the keys and values of one token, in bytes} */
    public long bytesPerToken() {
        return new KvStorage(module, config, target).bytesPerToken();
    }

    /** {@return the number of tokens: ids are below this} */
    public int vocabulary() {
        return config.vocabularySize();
    }

    /**
     * Makes a batch without rows; keys and values are allocated with the first join.
     *
     * @param places maximum number of rows that run at once, at least 1
     * @return the batch, to be closed
     * @throws IllegalStateException if the model is closed
     */
    public RunningBatch batch(int places) {
        return lifetime.add(
                () -> new RunningBatch(module, new BatchMemory(module, manager, config, target, places), lifetime),
                RunningBatch::free);
    }

    /**
     * Makes a cache for one text and candidates for its next token.
     *
     * @param candidates at least 1
     * @param room maximum number of tokens, candidates included
     * @return the cache, to be closed
     * @throws IllegalStateException if the model is closed
     */
    public CandidateCache candidates(int candidates, int room) {
        RunningBatch rows = batch(candidates);
        try {
            return lifetime.add(
                    () -> new CandidateCache(module, manager, rows, candidates, room, lifetime), CandidateCache::free);
        } catch (RuntimeException | Error e) {
            rows.close();
            throw e;
        }
    }

    /**
     * Makes a batch and runs the prompts through the model.
     *
     * @param prompts at least one row of at least one id each; rows may differ in length
     * @param copies sequences to grow from each prompt, at least 1
     * @param newTokens maximum number of tokens that will be added to the longest row, at least 1
     * @return the batch, with the logits of each row's first new token
     * @throws IllegalArgumentException as {@link #check}
     * @throws InsufficientMemoryException if the keys and values are larger than the free memory
     */
    public RunningBatch prefill(List<int[]> prompts, int copies, int newTokens) {
        check(prompts);
        RunningBatch batch = batch(prompts.size() * copies);
        try {
            int longest = prompts.stream().mapToInt(p -> p.length).max().orElseThrow();
            // The last token is never fed back.
            batch.join(prompts, copies, longest + newTokens - 1);
            return batch;
        } catch (RuntimeException e) {
            batch.close();
            throw e;
        }
    }

    /**
     * Rejects what {@link #prefill} would reject, before anything is computed.
     *
     * @param prompts rows of ids
     * @throws IllegalArgumentException if a row is empty, longer than the context, or has an id out of range
     * @throws IllegalStateException if the model is closed
     */
    public void check(List<int[]> prompts) {
        lifetime.checkOpen();
        prompts.forEach(this::checkIds);
    }

    /** {@return what happens inside this model} */
    public Inspection inspection() {
        return new Inspection(config.width(), this::check, module, manager, lifetime);
    }

    /**
     * Measures only the attentions, MLPs and head of a step, in the model's own code. The result is a lower bound for
     * benchmarks: a step with these kernels cannot be faster. Norms, sums and the transfer of results to Java are left
     * out.
     *
     * @param rows that run, at least 1
     * @param tokens number of tokens of each row, the step's own included, 1 to {@link #positions()}
     * @param steps to take, at least 1
     * @return the mean time of a step, in milliseconds
     * @throws IllegalArgumentException if a number is out of range
     * @throws InsufficientMemoryException if the keys and values are larger than the free memory
     */
    public double kernelMillis(int rows, int tokens, int steps) {
        if (rows < 1 || tokens < 1 || tokens > config.positions() || steps < 1) {
            throw new IllegalArgumentException("found rows " + rows + ", tokens " + tokens + " and steps " + steps
                    + ", expected at least 1 each and at most " + config.positions() + " tokens");
        }
        return lifetime.compute(
                () -> KernelBenchmark.millis(module, new KvStorage(module, config, target), rows, tokens, steps));
    }

    /**
     * The log-probability (natural logarithm) of each id, given the ids before it.
     *
     * @param ids 2 to {@link ModelConfig#positions()} ids
     * @return {@code ids.length - 1} values: the first belongs to {@code ids[1]}
     * @throws IllegalStateException if the logits are NaN or infinite
     */
    public float[] logProbabilities(int[] ids) {
        return Arrays.copyOf(scores(ids, 0), ids.length - 1);
    }

    /**
     * The log-probability and rank of each id, given the ids before it.
     *
     * @param ids as for {@link #logProbabilities}
     * @param top number of likeliest tokens to report at each position, 0 to the vocabulary's size
     * @return row-major [2 + 2 * top, ids.length - 1]: the log-probabilities, then the ranks, 1 for the likeliest token,
     *     then the log-probabilities of the likeliest, the second likeliest and so on, then their ids
     * @throws IllegalStateException if the logits are NaN or infinite
     */
    public float[] scores(int[] ids, int top) {
        if (top < 0 || top > config.vocabularySize()) {
            throw InvalidOptionException.value(
                    NamedOption.of("topLogprobs"),
                    top,
                    "0 to ",
                    config.vocabularySize(),
                    ", the size of the vocabulary");
        }
        float[] scores = compute(TorchMethod.SCORES, ids, (long) top);
        for (int i = 0; i < ids.length - 1; i++) {
            Logits.requireNumber(scores[i]);
        }
        return scores;
    }

    /**
     * The logits of every position.
     *
     * @param ids 1 to {@link ModelConfig#positions()} ids
     * @return row-major [ids.length, vocabulary]
     */
    public float[] logits(int[] ids) {
        return compute(TorchMethod.ALL_LOGITS, ids);
    }

    /**
     * The mean of the hidden states, the head's inputs, of all positions.
     *
     * @param ids 1 to {@link ModelConfig#positions()} ids
     * @return [width]; for a model that projects its hidden states, [width of the projection]
     * @throws IllegalStateException if a number is NaN or infinite
     */
    public float[] embedding(int[] ids) {
        float[] embedding = compute(TorchMethod.EMBEDDING, ids);
        for (float each : embedding) {
            Logits.requireNumber(each);
        }
        return embedding;
    }

    private float[] compute(TorchMethod method, int[] ids, Long... more) {
        checkIds(ids);
        long[] wide = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            wide[i] = ids[i];
        }
        return lifetime.compute(() -> {
            try (NDManager scope = manager.newSubManager()) {
                PtNDArray input = SharedMemory.copy(scope, new Shape(1, ids.length), wide);
                Object[] arguments =
                        Stream.concat(Stream.of(input), Stream.of(more)).toArray();
                return module.compute(scope, method, arguments).toFloatArray();
            }
        });
    }

    private void checkIds(int[] ids) {
        if (ids.length == 0 || ids.length > config.positions()) {
            throw new IllegalArgumentException("found " + ids.length + " ids, expected 1 to " + config.positions()
                    + ", the model's context" + (ids.length == 0 ? "" : "; shorten the text"));
        }
        checkRange(ids);
    }

    /**
     * Rejects ids outside the vocabulary: for such an id, native code would read foreign memory.
     *
     * @param ids any number
     * @throws IllegalArgumentException if one is out of range
     * @throws IllegalStateException if the model is closed
     */
    public void checkRange(int[] ids) {
        lifetime.checkOpen();
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] >= config.vocabularySize()) {
                throw new IllegalArgumentException("id " + ids[i] + " at index " + i
                        + " is out of range, expected 0 to " + (config.vocabularySize() - 1));
            }
        }
    }

    /** Waits for the running calls, then frees the model and everything that was made with it. */
    @Override
    public void close() {
        lifetime.close(() -> {
            module.close();
            manager.close();
            Glibc.trim();
            ExitGuard.closed();
        });
    }
}
