package io.github.gpt2djl.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A tensor's bytes as a whole, read in pieces of an odd number of elements. */
final class TensorBytes {
    private TensorBytes() {}

    static ByteBuffer of(TensorFile file, TensorInfo tensor) throws IOException {
        ByteBuffer all =
                ByteBuffer.allocate((int) (tensor.end() - tensor.begin())).order(ByteOrder.LITTLE_ENDIAN);
        file.read(tensor, ByteBuffer.allocate(24), all::put);
        return all.flip();
    }
}
