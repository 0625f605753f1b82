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
 * Named tensors in a file, or in several that act as one.
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
     * @param file one
     * @return its tensors, to be closed
     * @throws MalformedCheckpointException if its header contradicts the format or the file's size
     * @throws IOException if it cannot be read
     */
    static TensorFile safetensors(Path file) throws IOException {
        return Safetensors.read(DataFile.open(file));
    }

    /** {@return the file's name, for messages} */
    String name();

    /**
     * Looks a tensor up.
     *
     * @param tensor its name as stored
     * @return its entry, or null if there is none of that name
     */
    @Nullable
    TensorInfo find(String tensor);

    /** {@return the names of all tensors, in the order of the file} */
    List<String> names();

    /**
     * Whether two entries of this file are the same bytes: a pickle may name a tensor twice.
     *
     * @param one an entry that {@link #find} of this file gave
     * @param other another
     * @return whether both begin at the same byte of the same data
     */
    boolean isSame(TensorInfo one, TensorInfo other);

    /** Takes a tensor's bytes. */
    @FunctionalInterface
    interface Pieces {
        /**
         * Takes the next bytes, which are overwritten afterwards.
         *
         * @param piece from its position to its limit
         * @throws IOException if they cannot be used
         */
        void accept(ByteBuffer piece) throws IOException;
    }

    /**
     * Reads a tensor's bytes, little-endian and row-major, piece by piece in order; different tensors by several
     * threads at once if need be.
     *
     * @param tensor an entry that {@link #find} of this file gave
     * @param buffer what the pieces are read into: each but the last fills it
     * @param pieces takes them, one after the other
     * @throws MalformedCheckpointException if the file has become shorter, or, after the last piece, if a checksum is
     *     wrong
     * @throws IOException if the file cannot be read
     */
    void read(TensorInfo tensor, ByteBuffer buffer, Pieces pieces) throws IOException;
}
