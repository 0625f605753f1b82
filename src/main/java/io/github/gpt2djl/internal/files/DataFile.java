package io.github.gpt2djl.internal.files;

import io.github.gpt2djl.MalformedCheckpointException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A sequence of read-only bytes of any size, which is read piece by piece.
 *
 * <p>The file is not mapped: if a file is truncated while libtorch reads its mapping, SIGBUS ends the JVM.
 */
public interface DataFile extends Closeable {

    /** Returns the name for messages. */
    String name();

    /** Returns the number of bytes. */
    long size();

    /**
     * Fills the rest of {@code target} with the bytes from {@code position} on. Several threads may read at once.
     *
     * @throws MalformedCheckpointException if the file has become shorter than it was
     * @throws IOException if the bytes cannot be read
     */
    void read(long position, ByteBuffer target) throws IOException;

    /**
     * Opens a file on disk.
     *
     * @throws MalformedCheckpointException if it is a Git LFS pointer
     */
    static DataFile open(Path file) throws IOException {
        LfsPointer.reject(file);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        long size = channel.size();
        return new DataFile() {
            @Override
            public String name() {
                return file.toString();
            }

            @Override
            public long size() {
                return size;
            }

            @Override
            public void read(long position, ByteBuffer target) throws IOException {
                int start = target.position();
                try {
                    while (target.hasRemaining()) {
                        if (channel.read(target, position + target.position() - start) < 0) {
                            throw new MalformedCheckpointException(
                                    name(),
                                    "the file had " + size + " bytes and has " + channel.size()
                                            + " now; it was changed while it was read, load it again");
                        }
                    }
                } catch (ClosedByInterruptException e) {
                    throw new InterruptedIOException("reading " + name() + " was interrupted");
                }
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }

    /** Reads a resource of a jar into memory, because it has no place of its own on disk. */
    static DataFile inMemory(String name, InputStream in) throws IOException {
        byte[] all = in.readAllBytes();
        return new DataFile() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public long size() {
                return all.length;
            }

            @Override
            public void read(long position, ByteBuffer target) {
                target.put(all, Math.toIntExact(position), target.remaining());
            }

            @Override
            public void close() {}
        };
    }
}
