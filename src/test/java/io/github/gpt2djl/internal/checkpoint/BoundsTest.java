package io.github.gpt2djl.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.internal.files.TensorBundle;
import io.github.gpt2djl.testing.BundleWriter;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that would take far more memory or time than what they describe. */
@Timeout(60)
class BoundsTest {
    @TempDir
    Path folder;

    @Test
    void aTokenizerOfFarMoreTokensThanTheModel() throws IOException {
        TestCheckpoint.tiny().write(folder);
        try (OutputStream out = Files.newOutputStream(folder.resolve("tokenizer.json"))) {
            out.write("{\"model\":{\"type\":\"BPE\",\"vocab\":{".getBytes(StandardCharsets.UTF_8));
            StringBuilder some = new StringBuilder();
            for (int i = 0; i < 10_000_000; i++) {
                some.append("\"t").append(i).append("\":").append(i).append(',');
                if (some.length() > 1 << 20) {
                    out.write(some.toString().getBytes(StandardCharsets.UTF_8));
                    some.setLength(0);
                }
            }
        }
        rejects("tokenizer.json: has ");
    }

    @Test
    void aLongConfig() throws IOException {
        TestCheckpoint.tiny().write(folder);
        enlarge("config.json");
        rejects("config.json: has 100000000 bytes, expected at most 4000000");
    }

    @Test
    void aHeaderOf100Megabytes() throws IOException {
        TestCheckpoint.tiny().write(folder);
        Path weights = folder.resolve("model.safetensors");
        Files.write(
                weights,
                ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(99_999_000)
                        .array());
        enlarge("model.safetensors");
        rejects("the header's length is 99999000, expected 2 to 10000000");
    }

    @Test
    void aDeepConfigOrIndex() throws IOException {
        TestCheckpoint.tiny().write(folder);
        Files.delete(folder.resolve("model.safetensors"));
        for (String open : new String[] {"[", "{\"weight_map\":"}) {
            Files.writeString(folder.resolve("model.safetensors.index.json"), open.repeat(1 << 20));
            rejects("expected {\"weight_map\": {tensor: file}}");
        }
        Files.writeString(folder.resolve("config.json"), "[".repeat(1 << 20));
        rejects("config.json: not a JSON object");
    }

    @Test
    void aZipBombIsRejected() throws IOException {
        TestCheckpoint.tiny().write(folder);
        Files.delete(folder.resolve("model.safetensors"));
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(folder.resolve("pytorch_model.bin")))) {
            zip.putNextEntry(new ZipEntry("archive/data.pkl"));
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 256; i++) {
                zip.write(zeros);
            }
        }
        rejects("the archive has no data.pkl, which torch.save writes");
    }

    /** One key of half a megabyte, and thousands that say "that, and another byte". */
    @Test
    void keysThatRepeatALongOne() throws IOException {
        BundleWriter writer = new BundleWriter();
        writer.add("k".repeat(257), new long[] {4}, new byte[16]);
        Path index = Files.write(folder.resolve("model.ckpt.index"), writer.index());
        Path data = Files.write(folder.resolve("model.ckpt.data"), new byte[16]);
        assertThatThrownBy(() -> TensorBundle.read(index, data))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasRootCauseMessage("a key of 0 and 257 bytes");
    }

    private void enlarge(String file) throws IOException {
        try (RandomAccessFile sparse = new RandomAccessFile(folder.resolve(file).toFile(), "rw")) {
            sparse.setLength(100_000_000);
        }
    }

    private void rejects(String message) {
        assertThatThrownBy(() -> Checkpoint.open(folder).close())
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining(message);
    }
}
