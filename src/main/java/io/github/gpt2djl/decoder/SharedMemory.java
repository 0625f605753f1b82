package io.github.gpt2djl.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;

/** Buffers that Java and libtorch share, so that a step's ids and logits are not copied. */
final class SharedMemory {
    private SharedMemory() {}

    /**
     * Memory outside the heap, filled with zeros.
     *
     * @throws IllegalArgumentException if a buffer cannot be so large
     */
    static ByteBuffer allocate(long bytes) {
        if (bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("the batch's logits need " + bytes
                    + " bytes, expected less than 2 GiB; generate fewer rows at once");
        }
        return ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder());
    }

    /** A row of a buffer of floats, read-only. */
    static FloatBuffer row(ByteBuffer buffer, int row, int size) {
        return buffer.asReadOnlyBuffer()
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer()
                .slice(row * size, size);
    }

    /** Rows from one on of a buffer of floats. */
    static IValue floats(NDManager scope, ByteBuffer buffer, int first, Shape shape) {
        return view(scope, buffer, first, shape, DataType.FLOAT32);
    }

    /** The first rows of a buffer of longs. */
    static IValue longs(NDManager scope, ByteBuffer buffer, Shape shape) {
        return view(scope, buffer, 0, shape, DataType.INT64);
    }

    /** A copy. */
    static IValue longs(NDManager scope, int... values) {
        return IValue.from(
                (PtNDArray) scope.create(Arrays.stream(values).asLongStream().toArray()));
    }

    private static IValue view(NDManager scope, ByteBuffer buffer, int first, Shape shape, DataType type) {
        int rowBytes = Math.toIntExact(shape.size() / shape.get(0) * type.getNumOfBytes());
        ByteBuffer part =
                buffer.slice(first * rowBytes, (int) shape.get(0) * rowBytes).order(ByteOrder.nativeOrder());
        return IValue.from((PtNDArray) scope.create(part, shape, type));
    }
}
