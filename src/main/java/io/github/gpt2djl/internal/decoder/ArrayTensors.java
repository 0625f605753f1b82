package io.github.gpt2djl.internal.decoder;

import ai.djl.pytorch.engine.PtNDArray;
import io.github.gpt2djl.checkpoint.TensorFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Objects;

/** Presents arrays of floats in memory as a tensor file. Nothing may change the arrays while they are read. */
final class ArrayTensors {
    private ArrayTensors() {}

    static TensorFile of(Map<String, PtNDArray> arrays) {
        FloatTensors tensors = new FloatTensors(
                "the model that is trained",
                (tensor, buffer, pieces) -> read(Objects.requireNonNull(arrays.get(tensor.name())), buffer, pieces));
        arrays.forEach((name, array) -> tensors.add(name, array.getShape().getShape()));
        return tensors;
    }

    private static void read(PtNDArray array, ByteBuffer buffer, TensorFile.Pieces pieces) throws IOException {
        // The array's own memory.
        ByteBuffer bytes = array.toByteBuffer(true);
        while (bytes.hasRemaining()) {
            ByteBuffer next = bytes.slice(bytes.position(), Math.min(buffer.capacity(), bytes.remaining()));
            bytes.position(bytes.position() + next.remaining());
            pieces.accept(buffer.clear().put(next).flip());
        }
    }
}
