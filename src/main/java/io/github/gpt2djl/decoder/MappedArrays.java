package io.github.gpt2djl.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import io.github.gpt2djl.checkpoint.MappedBytes;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Tensors of a file as arrays that look into its mapping, until this is closed. */
final class MappedArrays implements AutoCloseable {
    private final TensorFile file;
    private final NDManager scope;
    private final List<MappedBytes> open = new ArrayList<>();

    MappedArrays(TensorFile file, NDManager scope) {
        this.file = file;
        this.scope = scope;
    }

    PtNDArray array(TensorInfo info) throws IOException {
        MappedBytes piece = file.map(info);
        open.add(piece);
        ByteBuffer bytes = piece.buffer();
        Shape shape = new Shape(info.shape().stream().mapToLong(Long::longValue).toArray());
        NDArray array = switch (info.dtype()) {
            case F16 -> scope.create(bytes, shape, DataType.FLOAT16);
            case BF16 -> scope.create(widen(bytes), shape, DataType.FLOAT32);
            default -> scope.create(bytes, shape, DataType.FLOAT32);
        };
        return (PtNDArray) array;
    }

    @Override
    public void close() {
        open.forEach(MappedBytes::close);
    }

    /** A bfloat16 is the upper half of a float. DJL 0.35.1 cannot create tensors of it. */
    private static ByteBuffer widen(ByteBuffer bfloat16) {
        int n = bfloat16.remaining() / 2;
        ByteBuffer wide = ByteBuffer.allocateDirect(4 * n).order(ByteOrder.nativeOrder());
        for (int i = 0; i < n; i++) {
            wide.putInt(4 * i, bfloat16.getShort(2 * i) << 16);
        }
        return wide;
    }
}
