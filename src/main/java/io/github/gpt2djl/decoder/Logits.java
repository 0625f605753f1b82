package io.github.gpt2djl.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.IValue;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/** Rows of logits and their log-sum-exp, which libtorch writes and Java reads. */
final class Logits {
    private final int vocabulary;
    private final int rows;
    private final ByteBuffer values;
    private final ByteBuffer norms;

    Logits(int rows, int vocabulary) {
        this.rows = rows;
        this.vocabulary = vocabulary;
        values = SharedMemory.allocate((long) rows * vocabulary * Float.BYTES);
        norms = SharedMemory.allocate((long) rows * Float.BYTES);
    }

    /** How many there is room for. */
    int rows() {
        return rows;
    }

    /** [vocabulary], read-only. */
    FloatBuffer row(int i) {
        return SharedMemory.row(values, i, vocabulary);
    }

    /** The log-sum-exp of a row. */
    float norm(int i) {
        return norms.getFloat(i * Float.BYTES);
    }

    /** [count, vocabulary], from the first on. */
    IValue values(NDManager scope, int first, int count) {
        return SharedMemory.floats(scope, values, first, new Shape(count, vocabulary));
    }

    /** [count], from the first on. */
    IValue norms(NDManager scope, int first, int count) {
        return SharedMemory.floats(scope, norms, first, new Shape(count));
    }
}
