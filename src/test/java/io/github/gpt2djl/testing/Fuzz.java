package io.github.gpt2djl.testing;

import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the fuzz tests of the readers share. */
public final class Fuzz {
    private static final ByteBuffer BUFFER = ByteBuffer.allocate(4096);

    private static final long MOST = 1 << 20;

    private Fuzz() {}

    /** Reads every tensor that the reader promises. */
    public static void readAll(TensorFile file) throws IOException {
        for (String name : file.names()) {
            TensorInfo tensor = file.find(name);
            long[] bytes = {0};
            if (tensor.end() - tensor.begin() > MOST) {
                // A view may repeat a number a billion times.
                continue;
            }
            file.read(tensor, BUFFER, piece -> bytes[0] += piece.remaining());
            if (bytes[0] != tensor.end() - tensor.begin()) {
                throw new AssertionError(tensor + " has " + bytes[0] + " bytes");
            }
        }
    }

    /** One file for all inputs: readers that need a path get this. */
    public static Path temporary(String name) {
        try {
            Path file = Files.createTempDirectory("gpt2-djl-fuzz").resolve(name);
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
