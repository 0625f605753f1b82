package io.github.gpt2djl.internal.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to a checkpoint's file between its opening and its reading. */
class ChangedFileTest {
    @TempDir
    Path folder;

    private Path weights;

    private Checkpoint open() throws IOException {
        new TestCheckpoint(2, 4, 64, 100, 20_000, true, 3).write(folder);
        weights = folder.resolve("model.safetensors");
        return Checkpoint.open(folder);
    }

    @Test
    void aTruncatedFileIsAnError() throws IOException {
        try (Checkpoint checkpoint = open()) {
            long whole = Files.size(weights);
            try (FileChannel file = FileChannel.open(weights, StandardOpenOption.WRITE)) {
                file.truncate(whole / 2);
            }
            assertThatThrownBy(() -> load(checkpoint))
                    .isInstanceOf(MalformedCheckpointException.class)
                    .hasMessage(weights + ": the file had " + whole + " bytes and has " + whole / 2
                            + " now; it was changed while it was read, load it again");
        }
    }

    @Test
    void aDeletedFileIsReadToItsEnd() throws IOException {
        try (Checkpoint checkpoint = open()) {
            float[] expected = logits(checkpoint);
            Files.delete(weights);
            assertThat(logits(checkpoint)).isEqualTo(expected);
        }
    }

    @Test
    void anInterruptedThreadReadsNothing() throws IOException {
        try (Checkpoint checkpoint = open()) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> load(checkpoint))
                    .isInstanceOf(InterruptedIOException.class)
                    .hasMessage("reading " + weights + " was interrupted");
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    private static float[] logits(Checkpoint checkpoint) throws IOException {
        try (Decoder decoder = load(checkpoint)) {
            return decoder.logits(new int[] {1, 2});
        }
    }

    private static Decoder load(Checkpoint checkpoint) throws IOException {
        return Decoder.load(checkpoint, Precision.FP32, DeviceChoice.CPU, 0);
    }
}
