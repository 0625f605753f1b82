package io.github.gpt2djl.testing;

import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/** A tensor's bytes as a whole, read in pieces of an odd number of elements. */
public final class TensorBytes {
    private TensorBytes() {}

    public static ByteBuffer of(TensorFile file, TensorInfo tensor) throws IOException {
        ByteBuffer all =
                ByteBuffer.allocate((int) (tensor.end() - tensor.begin())).order(ByteOrder.LITTLE_ENDIAN);
        file.read(tensor, ByteBuffer.allocate(24), all::put);
        return all.flip();
    }

    /** Elements of 32 bits. */
    public static float[] floats(TensorFile file, String name) throws IOException {
        TensorInfo tensor = Objects.requireNonNull(file.find(name), name);
        float[] values = new float[(int) (tensor.end() - tensor.begin()) / Float.BYTES];
        of(file, tensor).asFloatBuffer().get(values);
        return values;
    }
}
