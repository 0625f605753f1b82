package io.github.gpt2djl.checkpoint;

import java.io.Closeable;
import java.io.IOException;
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

    /**
     * Maps a tensor's bytes, little-endian, row-major and at any alignment.
     *
     * @param tensor an entry that {@link #find} of this file gave
     * @throws IOException if the tensor has 2 GiB or more, or the file cannot be mapped
     */
    MappedBytes map(TensorInfo tensor) throws IOException;
}
