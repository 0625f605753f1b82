package io.github.gpt2djl.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Named tensors in a file, or in several that act as one. */
public interface TensorFile extends Closeable {

    /** The file's name, for messages. */
    String name();

    /** The tensor's entry, or null if there is none of that name. */
    @Nullable
    TensorInfo find(String tensor);

    /** The names of all tensors, in the order of the file. */
    List<String> names();

    /** Whether two entries of this file are the same bytes: a pickle may name a tensor twice. */
    boolean isSame(TensorInfo one, TensorInfo other);

    /** Takes a tensor's bytes. */
    @FunctionalInterface
    interface Pieces {
        /** Takes the next bytes, from {@code piece}'s position to its limit; they are overwritten afterwards. */
        void accept(ByteBuffer piece) throws IOException;
    }

    /**
     * Reads a tensor's bytes, little-endian and row-major, piece by piece in order; different tensors by several
     * threads at once if need be.
     *
     * @param tensor an entry that {@link #find} of this file gave
     * @param buffer what the pieces are read into: each but the last fills it
     * @throws MalformedCheckpointException if the file has become shorter, or, after the last piece, if a checksum is
     *     wrong
     * @throws IOException if the file cannot be read
     */
    void read(TensorInfo tensor, ByteBuffer buffer, Pieces pieces) throws IOException;
}
