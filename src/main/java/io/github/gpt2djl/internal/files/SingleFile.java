package io.github.gpt2djl.internal.files;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The tensors at known places of one file. The formats differ only in how the places are found.
 *
 * @param file the bytes; closed together with this object
 * @param tensors the tensors by name, with offsets from the start of the file
 * @param checksums the CRC-32C of each tensor's bytes, by name; empty for formats without checksums
 */
record SingleFile(DataFile file, Map<String, TensorInfo> tensors, Map<String, Integer> checksums)
        implements TensorFile {

    @Override
    public String name() {
        return file.name();
    }

    @Override
    public @Nullable TensorInfo find(String tensor) {
        return tensors.get(tensor);
    }

    @Override
    public List<String> names() {
        return List.copyOf(tensors.keySet());
    }

    @Override
    public boolean isSame(TensorInfo one, TensorInfo other) {
        return one.begin() == other.begin()
                && one.end() == other.end()
                && one.dtype() == other.dtype()
                && one.shape().equals(other.shape());
    }

    @Override
    public void read(TensorInfo tensor, ByteBuffer buffer, Pieces pieces) throws IOException {
        CRC32C checksum = new CRC32C();
        Integer expected = checksums.get(tensor.name());
        long position = tensor.begin();
        while (position < tensor.end()) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), tensor.end() - position));
            file.read(position, buffer);
            position += buffer.flip().remaining();
            if (expected != null) {
                checksum.update(buffer.duplicate());
            }
            pieces.accept(buffer);
        }
        if (expected != null && (int) checksum.getValue() != expected) {
            throw new MalformedCheckpointException(
                    name(), "the checksum of tensor " + tensor.name() + " is wrong; download it again");
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
