package io.github.gpt2djl.internal.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.IValue;
import java.nio.FloatBuffer;

/**
 * Rows of logits and their log-sum-exp, which libtorch writes and Java reads.
 *
 * <p>A row is handed out as a copy on the heap: who keeps it, or reads it while another thread closes the model, reads
 * no memory that is freed. The copy costs nothing that can be measured, as a sampler then finds it in the processor's
 * cache.
 */
final class Logits implements AutoCloseable {
    private final int vocabulary;
    private final int rows;
    private final SharedMemory values;
    private final SharedMemory norms;
    private final float[] row;

    Logits(NDManager owner, int rows, int vocabulary) {
        this.rows = rows;
        this.vocabulary = vocabulary;
        values = new SharedMemory(owner, (long) rows * vocabulary * Float.BYTES);
        norms = new SharedMemory(owner, (long) rows * Float.BYTES);
        row = new float[vocabulary];
    }

    /** Bytes of so many rows, and of those that a step computes before it writes them here. */
    static long bytes(long rows, int vocabulary) {
        return 2 * Float.BYTES * rows * vocabulary;
    }

    /** Takes over the first rows of another. */
    void copy(Logits from, int count) {
        values.bytes().put(0, from.values.bytes(), 0, count * vocabulary * Float.BYTES);
        norms.bytes().put(0, from.norms.bytes(), 0, count * Float.BYTES);
    }

    /** How many there is room for. */
    int rows() {
        return rows;
    }

    /** [vocabulary], read-only; the next call changes it. */
    FloatBuffer row(int i) {
        values.bytes().asFloatBuffer().get(i * vocabulary, row);
        return FloatBuffer.wrap(row).asReadOnlyBuffer();
    }

    /** One logit of a row. */
    float get(int i, int id) {
        return values.bytes().getFloat((i * vocabulary + id) * Float.BYTES);
    }

    /** The log-sum-exp of a row, which tells whether the row is numbers. */
    float norm(int i) {
        return requireNumber(norms.bytes().getFloat(i * Float.BYTES));
    }

    /**
     * Rejects what damaged logits lead to: what is computed of NaN or infinite logits is one of both too.
     *
     * @throws IllegalStateException if it is NaN or infinite
     */
    static float requireNumber(float computed) {
        if (!Float.isFinite(computed)) {
            throw new IllegalStateException("the model's logits are NaN or infinite; are its weights damaged,"
                    + " or too large for the chosen precision?");
        }
        return computed;
    }

    /** [count, vocabulary], from the first on. */
    IValue values(NDManager scope, int first, int count) {
        return values.floats(scope, first, new Shape(count, vocabulary));
    }

    /** [count], from the first on. */
    IValue norms(NDManager scope, int first, int count) {
        return norms.floats(scope, first, new Shape(count));
    }

    @Override
    public void close() {
        values.close();
        norms.close();
    }
}
