package io.github.gpt2djl.internal.decoder;

import ai.djl.pytorch.jni.IValue;
import io.github.gpt2djl.InsufficientMemoryException;
import io.github.gpt2djl.internal.decoder.BatchBuffers.StepArguments;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.BiFunction;

/**
 * The native memory of running generations: keys and values of every layer, and the buffers of a step.
 *
 * <p>Rows join, step together and leave. The running rows have the places from 0 on without a gap. Each row is written
 * from its own first position, whatever the lengths of its neighbours. Ids go in and logits come out through memory
 * that Java and libtorch share, so a step is one native call and no copy.
 *
 * <p>Not for use by several threads at once.
 *
 * <p>Greedy decoding of two tokens after a prompt of three:
 *
 * <pre>{@code
 * Sampler greedy = new Greedy();
 * try (RunningBatch batch = decoder.prefill(List.of(new int[] {20, 30, 40}), 1, 2)) {
 *     int first = greedy.sample(batch.logits(0), soFar, 0);
 *     batch.step(new int[] {first});
 *     int second = greedy.sample(batch.logits(0), soFar, 0);
 * }
 * }</pre>
 */
public final class RunningBatch implements AutoCloseable {
    private final TorchModule module;
    private final Lifetime lifetime;
    private final BatchMemory memory;
    private final BatchBuffers rows;

    RunningBatch(TorchModule module, BatchMemory memory, Lifetime lifetime) {
        this.module = module;
        this.memory = memory;
        this.lifetime = lifetime;
        rows = memory.buffers();
    }

    /** {@return the number of running rows, which have the places below this number} */
    public int rows() {
        return rows.count();
    }

    /**
     * Runs prompts through the model together. Each prompt takes the next {@code copies} places.
     *
     * @param prompts at least one prompt of at least one id each, in range; lengths may differ
     * @param copies places that each prompt takes, at least 1
     * @param room minimum number of tokens that each row has room for, prompt and continuation
     * @throws IllegalStateException if there are not enough places, or this is closed
     * @throws InsufficientMemoryException if the keys and values are larger than the free memory
     */
    public void join(List<int[]> prompts, int copies, int room) {
        long first = rows.count();
        BatchCall call = (ids, ends, cache, y, norm) ->
                module.call(TorchMethod.JOIN, ids, ends, cache, first, (long) copies, y, norm);
        join(prompts, copies, room, call);
    }

    void join(List<int[]> prompts, int copies, int room, BatchCall call) {
        lifetime.run(this, () -> new PromptBatch(prompts, copies).join(memory, room, call));
    }

    /**
     * Does the work of {@link #step} and {@link #join(List, int, int)} in one native call, which reads the weights
     * once. Appends one id to each row, and runs prompts, which take the next places, through the model.
     *
     * @param ids by place, in range
     * @param prompts as for {@link #join(List, int, int)}
     * @param copies places that each prompt takes
     * @param room minimum number of tokens that each of these rows has room for
     * @throws IllegalStateException if the cache is full or empty, there are not enough places, or this is closed
     * @throws InsufficientMemoryException if the keys and values are larger than the free memory; after this and any
     *     other exception, the running rows can take the step by {@link #step}
     */
    public void stepAndJoin(int[] ids, List<int[]> prompts, int copies, int room) {
        lifetime.run(this, () -> new PromptBatch(prompts, copies).joinDuringStep(module, memory, ids, room));
    }

    /**
     * Begins a row whose prompt is computed in pieces, in places behind the running rows. No other row may join before
     * {@link JoiningRow#run}, but for rows that take places which have become free.
     *
     * @param copies places that the prompt takes, at least 1
     * @param room minimum number of tokens that each row has room for, prompt and continuation
     * @return the row
     * @throws IllegalStateException if there are not enough places, or this is closed
     * @throws InsufficientMemoryException if the keys and values are larger than the free memory
     */
    public JoiningRow begin(int copies, int room) {
        return lifetime.compute(this, () -> new JoiningRow(this, lifetime, module, memory, copies, room));
    }

    /** Runs a task on the memory, which stays until the task ends. */
    <T> T compute(BiFunction<Lifetime, BatchMemory, T> task) {
        return lifetime.compute(this, () -> task.apply(lifetime, memory));
    }

    /**
     * Scores texts that continue the first row. The row stays as it is.
     *
     * @param continuations at least one id each, in range; their positions must be within the context, and the cache
     *     must have room for all of them together
     * @return the scores of each continuation
     * @throws IllegalStateException if the logits are NaN or infinite, or this is closed
     */
    public List<ContinuationScores> score(List<int[]> continuations) {
        return lifetime.compute(this, () -> new Continuations(continuations).score(module, memory));
    }

    /**
     * Announces the number of rows that there will be soon, so that memory for all of them is allocated at once.
     *
     * @param count of running and joining rows; 0 if the number is not known
     */
    public void expect(int count) {
        memory.expect(count);
    }

    /**
     * Appends one id to each row and computes the logits of the next token.
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

    void step(int[] ids, BatchCall call) {
        lifetime.run(this, () -> {
            StepArguments now = memory.feed(ids, 1);
            call.run(now.ids(), now.lengths(), memory.storage().get(), now.logits(), now.norms());
        });
    }

    /**
     * Takes at most as many steps as {@code draws} has, in one native call. The decoder itself chooses each row's next
     * token and feeds the token back.
     *
     * @param ids by place, in range: the first step appends them
     * @param samplings by place
     * @param draws [steps, rows], random numbers in [0, 1)
     * @param eosIds may end the call early, when each row has met one of them
     * @return a token for each row and step; the tokens of the last step have not been appended
     * @throws IllegalArgumentException if there are not as many samplings, or draws of a step, as rows
     * @throws IllegalStateException if the cache has no room for the tokens, is empty or closed
     */
    public SampledBlock steps(int[] ids, List<DeviceSampling> samplings, double[][] draws, List<Integer> eosIds) {
        return lifetime.compute(this, () -> new DeviceSteps(samplings, draws, eosIds).take(module, memory, ids));
    }

    /**
     * Removes a row. The row in the last place moves to the free place.
     *
     * @param place below {@link #rows()}
     */
    public void leave(int place) {
        lifetime.run(this, () -> memory.leave(place));
    }

    /**
     * Replaces the rows by copies of some of them. Only tokens that differ are copied. Until the next step, the logits
     * stay under the places that the rows had before.
     *
     * @param sources the place that each new row is a copy of, at most as many as there are places
     * @param same number of tokens that all these rows begin with, which need no copy, at least 0; 0 with more rows
     *     than before
     * @throws IllegalStateException if there are too many rows, or this is closed
     */
    public void reorder(int[] sources, int same) {
        lifetime.run(this, () -> memory.reorder(sources, same));
    }

    /**
     * Appends several ids to the only row and computes the logits after each of them.
     *
     * @param ids at least one, in range, at most as many as the cache has room for
     * @return the logits, which the next call of this method overwrites
     * @throws IllegalStateException if there are several rows, or the cache is full or closed
     */
    public VerifiedLogits verify(int[] ids) {
        return lifetime.compute(this, () -> {
            VerifiedLogits verified = new VerifiedLogits(this, lifetime, memory.verified(ids.length));
            verified.compute(module, memory, ids);
            return verified;
        });
    }

    /**
     * Forgets the last ids of the only row.
     *
     * @param count at least 0, and fewer than the row has
     */
    public void rewind(int count) {
        lifetime.run(this, () -> rows.lengthen(-count));
    }

    /**
     * The logits that the last call gave for one row.
     *
     * @param place of the row, below {@link #rows()}
     * @return [vocabulary], a read-only copy that the next call of this method overwrites
     * @throws IllegalStateException if this is closed
     */
    public FloatBuffer logits(int place) {
        return lifetime.compute(this, () -> rows.logits().row(place));
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
        return lifetime.compute(this, () -> rows.logits().get(place, id));
    }

    /**
     * The logarithm of the sum of exp(logits) of one row. A logit minus this logarithm is a log-probability.
     *
     * @param place of the row, below {@link #rows()}
     * @return the natural logarithm
     * @throws IllegalStateException if the logits are NaN or infinite
     */
    public float logSumExp(int place) {
        return lifetime.compute(this, () -> rows.logits().norm(place));
    }

    /** Frees the memory. Called once, when no native call runs. */
    void free() {
        memory.free();
    }

    @Override
    public void close() {
        lifetime.free(this);
    }
}
