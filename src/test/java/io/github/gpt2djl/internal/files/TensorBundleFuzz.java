package io.github.gpt2djl.internal.files;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.testing.BundleWriter;
import io.github.gpt2djl.testing.Fuzz;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.params.provider.MethodSource;

/** TensorFlow's index, as it comes and with the checksums of its blocks made right, which no fuzzer guesses. */
class TensorBundleFuzz {
    private static final Path INDEX = Fuzz.temporary("model.ckpt.index");
    private static final Path DATA = Fuzz.temporary("model.ckpt.data-00000-of-00001");

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10s")
    void read(byte[] bytes) throws IOException {
        if (!Files.exists(DATA)) {
            Files.write(DATA, new byte[4096]);
        }
        readIndex(bytes);
        readIndex(table(bytes));
    }

    static List<byte[]> seeds() {
        BundleWriter writer = new BundleWriter();
        writer.add("model/h0/ln_1/g", new long[] {4}, new byte[16]);
        writer.add("model/wte", new long[] {2, 2}, new byte[16]);
        byte[] index = writer.index();
        // The first block alone, which table() wraps again; its trailer follows the restarts.
        return List.of(index, Arrays.copyOf(index, index.length - 48 - 2 * 5 - 8 - 20));
    }

    private static void readIndex(byte[] bytes) throws IOException {
        Files.write(INDEX, bytes);
        try (TensorFile file = TensorBundle.read(INDEX, DATA)) {
            Fuzz.readAll(file);
        } catch (MalformedCheckpointException e) {
            // Documented.
        }
    }

    /** A table whose only data block is these bytes. */
    private static byte[] table(byte[] block) {
        ByteBuffer file = ByteBuffer.allocate(block.length + 5 + 64 + 48).order(ByteOrder.LITTLE_ENDIAN);
        file.put(block);
        trailer(file, 0);
        int start = file.position();
        ByteBuffer handle = ByteBuffer.allocate(10);
        handle.put((byte) 0);
        varint(handle, block.length);
        file.put((byte) 0).put((byte) 1).put((byte) handle.position()).put((byte) 'n');
        file.put(handle.array(), 0, handle.position());
        file.putInt(0).putInt(1);
        int size = file.position() - start;
        trailer(file, start);
        ByteBuffer footer = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
        footer.put((byte) 0).put((byte) 0);
        varint(footer, start);
        varint(footer, size);
        file.put(footer.putLong(40, 0xdb4775248b80fb57L).array());
        return Arrays.copyOf(file.array(), file.position());
    }

    private static void trailer(ByteBuffer file, int start) {
        file.put((byte) 0);
        CRC32C crc = new CRC32C();
        crc.update(file.array(), start, file.position() - start);
        file.putInt(Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8);
    }

    private static void varint(ByteBuffer out, int value) {
        int rest = value;
        for (; rest >= 128; rest >>>= 7) {
            out.put((byte) (rest | 128));
        }
        out.put((byte) rest);
    }
}
