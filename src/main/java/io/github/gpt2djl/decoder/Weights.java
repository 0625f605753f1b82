package io.github.gpt2djl.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.MappedBytes;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Hands a checkpoint's tensors to decoder.py, one call at a time: mapped, packed there, and unmapped. */
final class Weights {
    private Weights() {}

    /**
     * Loads all tensors of {@code checkpoint} into {@code module}.
     *
     * @throws MalformedCheckpointException if a tensor is missing, misshapen or of a type that is not a float
     */
    static void load(Checkpoint checkpoint, TorchModule module, NDManager manager) throws IOException {
        for (Layout.Step step : Layout.steps(checkpoint.tensors(), checkpoint.config())) {
            run(checkpoint.tensors(), step, module, manager);
        }
        module.call("free_scratch");
    }

    private static void run(TensorFile file, Layout.Step step, TorchModule module, NDManager manager)
            throws IOException {
        List<MappedBytes> open = new ArrayList<>();
        try (NDManager scope = manager.newSubManager()) {
            List<Object> arguments = new ArrayList<>();
            for (TensorInfo info : step.tensors()) {
                MappedBytes piece = file.map(info);
                open.add(piece);
                arguments.add(array(scope, info, piece.buffer()));
            }
            if (step.option() != null) {
                arguments.add(step.option());
            }
            module.call(step.method(), arguments.toArray());
        } finally {
            // Only now: the arrays above looked into the mapping.
            open.forEach(MappedBytes::close);
        }
    }

    private static PtNDArray array(NDManager manager, TensorInfo info, ByteBuffer bytes) {
        Shape shape = new Shape(info.shape().stream().mapToLong(Long::longValue).toArray());
        return (PtNDArray)
                switch (info.dtype()) {
                    case F16 -> manager.create(bytes, shape, DataType.FLOAT16);
                    case BF16 -> manager.create(widen(bytes), shape, DataType.FLOAT32);
                    default -> manager.create(bytes, shape, DataType.FLOAT32);
                };
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
