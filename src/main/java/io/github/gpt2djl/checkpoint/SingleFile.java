package io.github.gpt2djl.checkpoint;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tensors at known places of one file; the formats differ only in how the places are found.
 *
 * @param file the bytes; closed with this
 * @param tensors by name, with offsets from the start of the file
 * @param check applied to a tensor's bytes when they are mapped
 */
record SingleFile(DataFile file, Map<String, TensorInfo> tensors, Check check) implements TensorFile {

    /** A test of a tensor's bytes. */
    interface Check {
        /** For formats without checksums. */
        Check NONE = (tensor, bytes) -> {};

        void verify(TensorInfo tensor, MappedBytes bytes) throws MalformedCheckpointException;
    }

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
    public MappedBytes map(TensorInfo tensor) throws IOException {
        long length = tensor.end() - tensor.begin();
        if (length > Integer.MAX_VALUE) {
            throw new MalformedCheckpointException(
                    name(), "tensor " + tensor + " has " + length + " bytes, expected less than 2 GiB");
        }
        MappedBytes bytes = file.map(tensor.begin(), (int) length);
        try {
            check.verify(tensor, bytes);
            return bytes;
        } catch (MalformedCheckpointException e) {
            bytes.close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
