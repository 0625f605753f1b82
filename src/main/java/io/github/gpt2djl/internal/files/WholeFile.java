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
 * A file that is there as a whole or not at all. The file is written under another name in its folder, forced to disk,
 * then moved.
 *
 * <pre>{@code
 * WholeFile.write(folder.resolve("notes.txt"), "all of it, or nothing");
 * }</pre>
 */
public final class WholeFile {
    private WholeFile() {}

    /** Supplies the file's bytes. */
    public interface Content {
        void to(TensorFile.Pieces out) throws IOException;
    }

    /**
     * Writes a text as UTF-8, or leaves the file as it was.
     *
     * @param file the file to write, in a folder that exists
     * @param text the whole text
     * @throws IOException if the disk is full or fails in another way
     */
    public static void write(Path file, String text) throws IOException {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Writes bytes, or leaves the file as it was.
     *
     * @param file the file to write, in a folder that exists
     * @param bytes all bytes of the file
     * @throws IOException if the disk is full or fails in another way
     */
    public static void write(Path file, byte[] bytes) throws IOException {
        write(file, bytes.length, out -> out.accept(ByteBuffer.wrap(bytes)));
    }

    /**
     * Writes a file, or leaves it as it was.
     *
     * @param size the size of the whole file, for the message
     * @throws IOException if the disk is full or fails in another way; exceptions of {@code content} are passed on
     */
    public static void write(Path file, long size, Content content) throws IOException {
        // createTempFile is not used, because nobody else may read its files.
        Path part = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
        // Ctrl-C ends the process without running the code below.
        part.toFile().deleteOnExit();
        try {
            try (FileChannel channel =
                    FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.to(piece -> {
                    while (piece.hasRemaining()) {
                        attempt(file, part, size, () -> channel.write(piece));
                    }
                });
                // A disk may report only now that it is full.
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
