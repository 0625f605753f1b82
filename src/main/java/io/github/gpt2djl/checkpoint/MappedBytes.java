package io.github.gpt2djl.checkpoint;

import java.nio.ByteBuffer;

/**
 * A mapped piece of a file.
 *
 * @param buffer little-endian, read-only; not to be touched after {@link #close()}
 * @param unmap gives the mapping back
 */
public record MappedBytes(ByteBuffer buffer, Runnable unmap) implements AutoCloseable {
    @Override
    public void close() {
        unmap.run();
    }
}
