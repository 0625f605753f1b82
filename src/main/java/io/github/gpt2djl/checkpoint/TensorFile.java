package io.github.gpt2djl.checkpoint;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.files.DataFile;
import io.github.gpt2djl.internal.files.Safetensors;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Named tensors in one file, or in several files that act as one.
 *
 * <pre>{@code
 * try (Checkpoint checkpoint = Checkpoint.shipped("shakespeare")) {
 *     TensorFile file = checkpoint.tensors();
 *     TensorInfo table = file.find("wte.weight");
 *     long[] bytes = {0};
 *     file.read(table, ByteBuffer.allocate(1 << 16), piece -> bytes[0] += piece.remaining());
 *     System.out.println(bytes[0] == table.end() - table.begin()); // true
 * }
 * }</pre>
 */
public interface TensorFile extends Closeable {

    /**
     * Opens a safetensors file.
     *
     * @param file a safetensors file
     * @return the file's tensors, to be closed
     * @throws MalformedCheckpointException if the header contradicts the format or the file's size
     * @throws IOException if the file cannot be read
     */
    static TensorFile safetensors(Path file) throws IOException {
        return Safetensors.read(DataFile.open(file));
    }

    /** {@return the file's name, for messages} */
    String name();

    /**
     * Finds a tensor by name.
     *
     * @param tensor the tensor's name as stored
     * @return the tensor's entry, or null if there is none with this name
     */
    @Nullable
    TensorInfo find(String tensor);

    /** {@return the names of all tensors, in the order of the file} */
    List<String> names();

    /**
     * Tells whether two entries of this file share their bytes: a pickle may name a tensor twice.
     *
     * @param one an entry that {@link #find} of this file returned
     * @param other another entry of this file
     * @return whether both begin at the same byte of the same data
     */
    boolean isSame(TensorInfo one, TensorInfo other);

    /** A consumer of a tensor's bytes. */
    @FunctionalInterface
    interface Pieces {
        /**
         * Receives the next bytes, which are overwritten afterwards.
         *
         * @param piece the bytes from the buffer's position to its limit
         * @throws IOException if the bytes cannot be processed
         */
        void accept(ByteBuffer piece) throws IOException;
    }

    /**
     * Reads a tensor's bytes, little-endian and row-major, piece by piece in order. Several threads may read different
     * tensors at once.
     *
     * @param tensor an entry that {@link #find} of this file returned
     * @param buffer the buffer for the pieces; each piece except the last fills it
     * @param pieces the consumer of the pieces
     * @throws MalformedCheckpointException if the file has become shorter, or, after the last piece, if a checksum is
     *     wrong
     * @throws IOException if the file cannot be read
     */
    void read(TensorInfo tensor, ByteBuffer buffer, Pieces pieces) throws IOException;
}
