package io.github.gpt2djl.internal.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.IValue;
import java.nio.FloatBuffer;

/**
 * Rows of logits and their log-sum-exp, which libtorch writes and Java reads.
 *
 * <p>A row is handed out as a copy on the heap. A caller that keeps the copy, or reads it while another thread closes
 * the model, never reads freed memory. The copy costs no measurable time, because the sampler then finds the row in the
 * processor's cache.
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

    /**
     * The bytes of {@code rows} rows, counted twice: a step computes the logits elsewhere before it writes them here.
     */
    static long bytes(long rows, int vocabulary) {
        return 2 * Float.BYTES * rows * vocabulary;
    }

    /** Copies the first {@code count} rows of another instance. */
    void copy(Logits from, int count) {
        values.bytes().put(0, from.values.bytes(), 0, count * vocabulary * Float.BYTES);
        norms.bytes().put(0, from.norms.bytes(), 0, count * Float.BYTES);
    }

    /** Copies one row over another. */
    void copyRow(int source, int target) {
        int size = vocabulary * Float.BYTES;
        values.bytes().put(target * size, values.bytes(), source * size, size);
        norms.bytes().putFloat(target * Float.BYTES, norms.bytes().getFloat(source * Float.BYTES));
    }

    /** The number of rows that there is room for. */
    int rows() {
        return rows;
    }

    /** The logits of a row, [vocabulary], read-only. The next call overwrites them. */
    FloatBuffer row(int i) {
        values.bytes().asFloatBuffer().get(i * vocabulary, row);
        return FloatBuffer.wrap(row).asReadOnlyBuffer();
    }

    /** One logit of a row. */
    float get(int i, int id) {
        return values.bytes().getFloat((i * vocabulary + id) * Float.BYTES);
    }

    /** The log-sum-exp of a row. Rejects a row of damaged logits. */
    float norm(int i) {
        return requireNumber(norms.bytes().getFloat(i * Float.BYTES));
    }

    /**
     * Rejects a result of damaged logits: a number that is computed from NaN or infinite logits is NaN or infinite too.
     *
     * @throws IllegalStateException if {@code computed} is NaN or infinite
     */
    static float requireNumber(float computed) {
        if (!Float.isFinite(computed)) {
            throw new IllegalStateException("the model's logits are NaN or infinite; are its weights damaged,"
                    + " or too large for the chosen precision?");
        }
        return computed;
    }

    /** The logits of {@code count} rows from row {@code first} on, [count, vocabulary]. */
    IValue values(NDManager scope, int first, int count) {
        return values.floats(scope, first, new Shape(count, vocabulary));
    }

    /** The log-sum-exps of {@code count} rows from row {@code first} on, [count]. */
    IValue norms(NDManager scope, int first, int count) {
        return norms.floats(scope, first, new Shape(count));
    }

    @Override
    public void close() {
        values.close();
        norms.close();
    }
}
