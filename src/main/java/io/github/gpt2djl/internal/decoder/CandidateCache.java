package io.github.gpt2djl.internal.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.IValue;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * The memory of a contrastive search. Holds one text in as many rows as there are candidates for the next token. Also
 * holds the head's input at each position of the text, with which the candidates' head inputs are compared.
 *
 * <p>Not for use by several threads at once.
 *
 * <p>One step of contrastive search. A real search takes the candidates from the logits:
 *
 * <pre>{@code
 * try (CandidateCache cache = decoder.candidates(2, 8)) {
 *     cache.begin(new int[] {20, 30, 40});
 *     cache.look(new int[] {50, 60});
 *     cache.keep(cache.maxCosine(0) < cache.maxCosine(1) ? 0 : 1);
 * }
 * }</pre>
 */
public final class CandidateCache implements AutoCloseable {
    private final TorchModule module;
    private final RunningBatch batch;
    private final NDManager manager;
    private final Lifetime lifetime;
    private final int[] inputIds;
    private final int room;
    private final IValue unitVectors;
    private final IValue newVectors;
    private final SharedMemory maxCosines;
    private final IValue maxCosinesView;
    private int length;
    /** The place of the row whose token the text ends with; -1 after the prompt. */
    private int accepted = -1;

    CandidateCache(
            TorchModule module, NDManager parent, RunningBatch batch, int candidates, int room, Lifetime lifetime) {
        this.module = module;
        this.batch = batch;
        this.room = room;
        this.lifetime = lifetime;
        inputIds = new int[candidates];
        manager = parent.newSubManager();
        manager.setName("candidates");
        try {
            maxCosines = new SharedMemory(manager, (long) candidates * Float.BYTES);
            maxCosinesView = maxCosines.floats(manager, 0, new Shape(candidates));
            unitVectors = IValue.from(module.compute(manager, TorchMethod.ALLOCATE_VECTORS, (long) room));
            newVectors = IValue.from(module.compute(manager, TorchMethod.ALLOCATE_VECTORS, (long) candidates));
        } catch (RuntimeException | Error e) {
            manager.close();
            throw e;
        }
    }

    /**
     * Runs the prompt through the model.
     *
     * @param prompt at least one id, in range
     */
    public void begin(int[] prompt) {
        batch.join(
                List.of(prompt),
                1,
                room,
                (ids, ends, keys, y, norm) ->
                        module.call(TorchMethod.JOIN_CANDIDATES, ids, keys, unitVectors, y, norm));
        length = prompt.length;
        batch.reorder(new int[inputIds.length], 0);
    }

    /**
     * Runs candidates for the next token through the model.
     *
     * @param candidates at least one, in range, at most as many as there are rows
     */
    public void look(int[] candidates) {
        Arrays.fill(inputIds, candidates[0]);
        System.arraycopy(candidates, 0, inputIds, 0, candidates.length);
        batch.step(
                inputIds,
                (ids, ends, keys, y, norm) -> module.call(
                        TorchMethod.STEP_CANDIDATES,
                        ids,
                        (long) length,
                        (long) accepted,
                        keys,
                        unitVectors,
                        newVectors,
                        maxCosinesView,
                        y,
                        norm));
    }

    /**
     * The similarity of a candidate to the text.
     *
     * @param i its index among the candidates that {@link #look} was given
     * @return the largest cosine, -1 to 1, between the head's input for the candidate and the head's input for each
     *     earlier token
     * @throws IllegalStateException if it is NaN, as the logits after the candidate would be
     */
    public float maxCosine(int i) {
        return lifetime.compute(
                this, () -> Logits.requireNumber(maxCosines.bytes().getFloat(i * Float.BYTES)));
    }

    /**
     * Makes a candidate the next token of the text.
     *
     * @param i its index among the candidates that {@link #look} was given
     */
    public void keep(int i) {
        int[] sources = new int[inputIds.length];
        Arrays.fill(sources, i);
        batch.reorder(sources, length);
        length++;
        accepted = i;
    }

    /** {@return the logits [vocabulary] after the text, a copy that the next call of this method overwrites} */
    public FloatBuffer logits() {
        return batch.logits(Math.max(0, accepted));
    }

    /**
     * The logarithm of the sum of exp({@link #logits()}).
     *
     * @return the natural logarithm
     * @throws IllegalStateException if the logits are NaN or infinite
     */
    public float logSumExp() {
        return batch.logSumExp(Math.max(0, accepted));
    }

    /** Frees the memory. Called once, when no native call runs. */
    void free() {
        List.of(unitVectors, newVectors, maxCosinesView).forEach(IValue::close);
        maxCosines.close();
        manager.close();
    }

    @Override
    public void close() {
        batch.close();
        lifetime.free(this);
    }
}
