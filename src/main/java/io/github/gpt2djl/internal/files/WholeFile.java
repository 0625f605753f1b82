package io.github.gpt2djl.internal.files;

import io.github.gpt2djl.checkpoint.TensorFile;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A file that is there as a whole or not at all: written beside its place, forced to disk, then moved.
 *
 * <pre>{@code
 * WholeFile.write(folder.resolve("notes.txt"), "all of it, or nothing");
 * }</pre>
 */
public final class WholeFile {
    private WholeFile() {}

    /** Gives out the file's bytes. */
    public interface Content {
        void to(TensorFile.Pieces out) throws IOException;
    }

    /**
     * Writes a text as UTF-8, or leaves the file as it was.
     *
     * @param file in a folder that exists
     * @param text the whole
     * @throws IOException if the disk is full or another failure of it
     */
    public static void write(Path file, String text) throws IOException {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Writes bytes, or leaves the file as it was.
     *
     * @param file in a folder that exists
     * @param bytes the whole
     * @throws IOException if the disk is full or another failure of it
     */
    public static void write(Path file, byte[] bytes) throws IOException {
        write(file, bytes.length, out -> out.accept(ByteBuffer.wrap(bytes)));
    }

    /**
     * Writes a file, or leaves it as it was.
     *
     * @param size of the whole, for the message
     * @throws IOException if the disk is full or another failure of it; what {@code content} throws is passed on
     */
    public static void write(Path file, long size, Content content) throws IOException {
        // Not createTempFile, whose files nobody else may read.
        Path part = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
        // Ctrl-C ends the process without what follows.
        part.toFile().deleteOnExit();
        try {
            try (FileChannel channel =
                    FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.to(piece -> {
                    while (piece.hasRemaining()) {
                        attempt(file, part, size, () -> channel.write(piece));
                    }
                });
                // A disk may tell only now that it is full.
                attempt(file, part, size, () -> channel.force(true));
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    private static void attempt(Path file, Path part, long size, Step step) throws IOException {
        try {
            step.run();
        } catch (ClosedByInterruptException e) {
            throw new InterruptedIOException("writing " + file + " was interrupted; nothing is left of it");
        } catch (IOException e) {
            long free = Files.getFileStore(part).getUsableSpace();
            throw new IOException(
                    file + ": could not be written (" + e.getMessage() + "); it takes " + size + " bytes, and " + free
                            + " are free there",
                    e);
        }
    }
}
