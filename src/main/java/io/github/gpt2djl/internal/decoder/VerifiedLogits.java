package io.github.gpt2djl.internal.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.IValue;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * The logits after each of the ids that {@link RunningBatch#verify} was given. They are valid until the next call of
 * {@code verify}.
 *
 * <p>Verifies the id 50 as a guess of the second token after a prompt of three:
 *
 * <pre>{@code
 * try (RunningBatch batch = decoder.prefill(List.of(new int[] {20, 30, 40}), 1, 8)) {
 *     int first = new Greedy().sample(batch.logits(0), soFar, 0);
 *     VerifiedLogits verified = batch.verify(new int[] {first, 50});
 *     boolean secondIsRight = new Greedy().sample(verified.logits(0), soFar, 0) == 50;
 *     batch.rewind(secondIsRight ? 0 : 1);
 * }
 * }</pre>
 */
public final class VerifiedLogits {
    private final Object batch;
    private final Lifetime lifetime;
    private final Logits logits;

    /** @param batch keeps the memory, as a part of the model's lifetime */
    VerifiedLogits(Object batch, Lifetime lifetime, Logits logits) {
        this.batch = batch;
        this.lifetime = lifetime;
        this.logits = logits;
    }

    /**
     * The logits after one of the ids.
     *
     * @param i the id's index, from 0
     * @return [vocabulary], a read-only copy that the next call of this method overwrites
     * @throws IllegalStateException if the batch is closed
     */
    public FloatBuffer logits(int i) {
        return lifetime.compute(batch, () -> logits.row(i));
    }

    /**
     * The logarithm of the sum of exp({@link #logits}).
     *
     * @param i the id's index, from 0
     * @return the natural logarithm
     * @throws IllegalStateException if the logits are NaN or infinite, or the batch is closed
     */
    public float logSumExp(int i) {
        return lifetime.compute(batch, () -> logits.norm(i));
    }

    /** Appends the ids to the batch's only row. */
    void compute(TorchModule module, BatchMemory memory, int[] ids) {
        long past = memory.buffers().longest();
        long[] wide = Arrays.stream(ids).asLongStream().toArray();
        try (NDManager scope = memory.scope();
                IValue input = IValue.from(SharedMemory.copy(scope, new Shape(1, ids.length), wide));
                IValue y = logits.values(scope, 0, ids.length);
                IValue norm = logits.norms(scope, 0, ids.length)) {
            module.call(TorchMethod.VERIFY, input, past, memory.storage().get(), y, norm);
        }
        memory.buffers().lengthen(ids.length);
    }
}
