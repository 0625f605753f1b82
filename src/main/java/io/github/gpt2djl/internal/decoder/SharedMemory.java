package io.github.gpt2djl.internal.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Memory of libtorch that Java reads and writes too, so that a step's ids and logits are not copied.
 *
 * <p>{@link #close} frees the memory at once. A direct buffer of Java waits for the garbage collector, which does not
 * see how large the buffer is, and every array that DJL makes of Java's numbers has such a buffer. Because the memory
 * is freed at once, no code outside this package gets a view of it, and it is read only while the owner is kept open.
 */
final class SharedMemory implements AutoCloseable {
    private final PtNDArray array;
    private @Nullable ByteBuffer bytes;

    /**
     * Allocates memory with undefined contents.
     *
     * @param owner frees the memory at the latest
     * @throws IllegalArgumentException if a buffer cannot have this size
     */
    SharedMemory(NDManager owner, long size) {
        if (size > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("the batch's logits need " + size
                    + " bytes, expected less than 2 GiB; generate fewer rows at once");
        }
        array = (PtNDArray) owner.create(new Shape(size), DataType.INT8);
        bytes = view(array);
    }

    /**
     * The memory as a buffer, to be used before this object is closed.
     *
     * @throws IllegalStateException if this object is closed
     */
    ByteBuffer bytes() {
        if (bytes == null) {
            throw new IllegalStateException("this memory is freed");
        }
        return bytes;
    }

    /** The rows from {@code first} on of a buffer of floats. */
    IValue floats(NDManager scope, int first, Shape shape) {
        return rows(scope, first, shape, DataType.FLOAT32);
    }

    /** The first rows of a buffer of longs. */
    IValue longs(NDManager scope, Shape shape) {
        return rows(scope, 0, shape, DataType.INT64);
    }

    /** A tensor in this memory. */
    PtNDArray tensor(NDManager scope, int offset, Shape shape, DataType type) {
        int size = Math.toIntExact(shape.size() * type.getNumOfBytes());
        return (PtNDArray) scope.create(bytes().slice(offset, size).order(ByteOrder.nativeOrder()), shape, type);
    }

    private IValue rows(NDManager scope, int first, Shape shape, DataType type) {
        int rowBytes = Math.toIntExact(shape.size() / shape.get(0) * type.getNumOfBytes());
        return IValue.from(tensor(scope, first * rowBytes, shape, type));
    }

    @Override
    public void close() {
        bytes = null;
        array.close();
    }

    /** A copy that belongs to {@code scope}. */
    static PtNDArray copy(NDManager scope, Shape shape, long... values) {
        PtNDArray copy = (PtNDArray) scope.create(shape, DataType.INT64);
        if (values.length > 0) {
            view(copy).asLongBuffer().put(values);
        }
        return copy;
    }

    /** A copy that belongs to {@code scope}. */
    static PtNDArray copy(NDManager scope, Shape shape, double... values) {
        PtNDArray copy = (PtNDArray) scope.create(shape, DataType.FLOAT64);
        if (values.length > 0) {
            view(copy).asDoubleBuffer().put(values);
        }
        return copy;
    }

    private static ByteBuffer view(PtNDArray array) {
        return array.toByteBuffer(true).order(ByteOrder.nativeOrder());
    }
}
