package io.github.gpt2djl.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Tensors of a file as arrays; by several threads at once if need be. */
final class FileArrays {
    /** So much is read, and handed on while it is in the processor's cache. */
    private static final int PIECE = 1 << 21;

    private final TensorFile file;
    private final TorchModule module;
    private final ThreadLocal<ByteBuffer> piece = ThreadLocal.withInitial(() -> SharedMemory.allocate(PIECE));

    FileArrays(TensorFile file, TorchModule module) {
        this.file = file;
        this.module = module;
    }

    /** Fills an array with tensors, one after the other; {@code scope} is for what that takes. */
    void read(List<TensorInfo> tensors, PtNDArray target, NDManager scope) throws IOException {
        long[] filled = {0};
        for (TensorInfo tensor : tensors) {
            DataType type = tensor.dtype() == DType.F16 ? DataType.FLOAT16 : DataType.FLOAT32;
            file.read(tensor, piece.get(), bytes -> {
                ByteBuffer numbers = tensor.dtype() == DType.BF16 ? widened(bytes) : bytes;
                int count = numbers.remaining() / type.getNumOfBytes();
                try (NDManager own = scope.newSubManager()) {
                    module.call("fill", target, filled[0], own.create(numbers, new Shape(count), type));
                }
                filled[0] += count;
            });
        }
    }

    /** A bfloat16 is the upper half of a float. DJL 0.35.1 cannot create tensors of it. */
    private static ByteBuffer widened(ByteBuffer bfloat16) {
        int count = bfloat16.remaining() / 2;
        ByteBuffer wide = SharedMemory.allocate(4L * count);
        for (int i = 0; i < count; i++) {
            wide.putInt(4 * i, bfloat16.getShort(2 * i) << 16);
        }
        return wide;
    }
}
