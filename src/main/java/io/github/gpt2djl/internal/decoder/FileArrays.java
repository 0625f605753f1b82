package io.github.gpt2djl.internal.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Reads tensors of a file into arrays. Several threads may read at once. */
final class FileArrays {
    /** The number of bytes that are read at once. They are handed on while they are in the processor's cache. */
    private static final int PIECE = 1 << 21;

    private final TensorFile file;
    private final TorchModule module;
    private final NDManager owner;
    private final Queue<Piece> unused = new ConcurrentLinkedQueue<>();

    /** The buffers of one reading thread: a piece of a file, and the converted piece. */
    private record Piece(SharedMemory bytes, SharedMemory widened) {}

    /** @param owner owns the buffers that pieces are read into; closing the owner frees them */
    FileArrays(TensorFile file, TorchModule module, NDManager owner) {
        this.file = file;
        this.module = module;
        this.owner = owner;
    }

    /**
     * Fills an array with tensors, one after the other.
     *
     * @param finite whether a NaN or infinite number is rejected: if every text needs the number, no text could be
     *     right, and some kernels would turn it into plausible numbers
     * @throws MalformedCheckpointException if there is such a number
     */
    void read(List<TensorInfo> tensors, PtNDArray target, boolean finite) throws IOException {
        Piece waiting = unused.poll();
        Piece piece = waiting == null
                ? new Piece(new SharedMemory(owner, PIECE), new SharedMemory(owner, 2 * PIECE))
                : waiting;
        long[] filled = {0};
        for (TensorInfo tensor : tensors) {
            DataType type = tensor.dtype() == DType.F16 ? DataType.FLOAT16 : DataType.FLOAT32;
            file.read(tensor, piece.bytes.bytes(), bytes -> {
                ByteBuffer numbers = numbers(tensor.dtype(), bytes, piece.widened.bytes());
                int count = numbers.remaining() / type.getNumOfBytes();
                try (NDManager own = owner.newSubManager()) {
                    PtNDArray array = (PtNDArray) own.create(numbers, new Shape(count), type);
                    if (finite
                            && !module.compute(own, TorchMethod.FINITE, array).toBooleanArray()[0]) {
                        throw new MalformedCheckpointException(
                                file.name(),
                                "tensor " + tensor.name() + " has numbers that are NaN or infinite, expected finite"
                                        + " weights; the file is damaged, or its training has failed");
                    }
                    module.call(TorchMethod.FILL, target, filled[0], array);
                }
                filled[0] += count;
            });
        }
        unused.add(piece);
    }

    /** Returns floats, or half-precision numbers unchanged. Converted numbers are written to {@code target}. */
    private static ByteBuffer numbers(DType type, ByteBuffer bytes, ByteBuffer target) {
        return switch (type) {
            case BF16 -> widened(bytes, target);
            case F64 -> rounded(bytes, target);
            default -> bytes;
        };
    }

    private static ByteBuffer rounded(ByteBuffer doubles, ByteBuffer target) {
        int count = doubles.remaining() / Double.BYTES;
        for (int i = 0; i < count; i++) {
            target.putFloat(Float.BYTES * i, (float) doubles.getDouble(Double.BYTES * i));
        }
        return target.slice(0, Float.BYTES * count);
    }

    /** Converts bfloat16 to float: a bfloat16 is the upper half of a float. DJL cannot create tensors of bfloat16. */
    private static ByteBuffer widened(ByteBuffer bfloat16, ByteBuffer target) {
        int count = bfloat16.remaining() / 2;
        for (int i = 0; i < count; i++) {
            target.putInt(4 * i, bfloat16.getShort(2 * i) << 16);
        }
        return target.slice(0, 4 * count);
    }
}
