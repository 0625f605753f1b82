package io.github.gpt2djl.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the fuzz tests of the readers share. */
final class Fuzz {
    private Fuzz() {}

    /** Touches every tensor that the reader promises. */
    static void mapAll(TensorFile file) throws IOException {
        for (String name : file.names()) {
            TensorInfo tensor = file.find(name);
            try (MappedBytes bytes = file.map(tensor)) {
                if (bytes.buffer().remaining() != tensor.end() - tensor.begin()) {
                    throw new AssertionError(tensor + " has " + bytes.buffer().remaining() + " bytes");
                }
                if (bytes.buffer().hasRemaining()) {
                    bytes.buffer().get(bytes.buffer().limit() - 1);
                }
            }
        }
    }

    /** One file for all inputs: readers that need a path get this. */
    static Path temporary(String name) {
        try {
            Path file = Files.createTempDirectory("gpt2-djl-fuzz").resolve(name);
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
