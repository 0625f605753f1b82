package io.github.gpt2djl.internal.files;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.testing.Fuzz;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.params.provider.MethodSource;

/** The zip around the pickle, as it comes and with a pickle inside that is read; and the form without a zip. */
class TorchArchiveFuzz {
    private static final Path FILE = Fuzz.temporary("pytorch_model.bin");

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10s")
    void read(byte[] bytes) throws IOException {
        readFile(bytes);
        readFile(archive(bytes));
    }

    static List<byte[]> seeds() throws IOException {
        List<byte[]> seeds = new ArrayList<>(PickleFuzz.seeds());
        seeds.add(archive(new byte[] {'}', '.'}));
        for (String form : new String[] {"legacy", "legacy-transposed"}) {
            seeds.add(Files.readAllBytes(Path.of("src/test/resources/reference/tensors", form, "pytorch_model.bin")));
        }
        return seeds;
    }

    private static void readFile(byte[] bytes) throws IOException {
        Files.write(FILE, bytes);
        try (TensorFile file = TorchArchive.read(FILE)) {
            Fuzz.readAll(file);
        } catch (MalformedCheckpointException e) {
            // Documented.
        }
    }

    private static byte[] archive(byte[] pickle) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setMethod(ZipOutputStream.STORED);
            put(zip, "archive/data.pkl", pickle);
            put(zip, "archive/data/0", new byte[64]);
            put(zip, "archive/data/1", new byte[4096]);
        }
        return bytes.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        CRC32 crc = new CRC32();
        crc.update(bytes);
        entry.setCrc(crc.getValue());
        entry.setSize(bytes.length);
        zip.putNextEntry(entry);
        zip.write(bytes);
    }
}
