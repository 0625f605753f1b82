package io.github.gpt2djl.internal.files;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the opcodes are, nothing runs and only the documented exception comes out. */
class PickleFuzz {
    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10s")
    void read(byte[] bytes) {
        try {
            Pickle.read(bytes);
        } catch (Pickle.Malformed e) {
            // Documented.
        }
    }

    /** The pickles of the references that torch.save wrote. */
    static List<byte[]> seeds() throws IOException {
        List<byte[]> seeds = new ArrayList<>();
        for (String file : new String[] {"untied-f16", "opt-f16", "tensors/extras", "tensors/parameter-attributes"}) {
            Path path = Path.of("src/test/resources/reference", file, "pytorch_model.bin");
            try (ZipFile zip = new ZipFile(path.toFile())) {
                for (ZipEntry entry : Collections.list(zip.entries())) {
                    if (entry.getName().endsWith("data.pkl")) {
                        try (InputStream in = zip.getInputStream(entry)) {
                            seeds.add(in.readAllBytes());
                        }
                    }
                }
            }
        }
        return seeds;
    }
}
