package io.github.gpt2djl.internal.decoder;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import java.util.Arrays;

/** A tensor of weights. */
final class FloatTensor {
    private FloatTensor() {}

    /** Rejects a tensor of another shape, or of a type that is no float. */
    static TensorInfo check(TensorFile file, TensorInfo info, long... shape) throws MalformedCheckpointException {
        if (!info.hasShape(shape)) {
            throw new MalformedCheckpointException(
                    file.name(),
                    "tensor " + info.name() + " has shape " + info.shape() + ", expected " + Arrays.toString(shape)
                            + " by config.json");
        }
        if (!info.dtype().isFloat()) {
            throw new MalformedCheckpointException(
                    file.name(), "tensor " + info.name() + " is " + info.dtype() + ", expected F64, F32, F16 or BF16");
        }
        return info;
    }
}
