package io.github.gpt2djl.checkpoint;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the bytes are, only the documented exception comes out. */
class SafetensorsFuzz {
    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10s")
    void read(byte[] bytes) throws IOException {
        try (TensorFile file = Safetensors.read(DataFile.inMemory("fuzzed", new ByteArrayInputStream(bytes)))) {
            Fuzz.readAll(file);
        } catch (MalformedCheckpointException e) {
            // Documented.
        }
    }

    static byte[][] seeds() {
        return new byte[][] {
            file("{}", 0),
            file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]}}", 8),
            file(
                    "{\"__metadata__\":{\"format\":\"pt\"},\"b\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[1,3]}}",
                    4)
        };
    }

    private static byte[] file(String header, int data) {
        byte[] file = new byte[8 + header.length() + data];
        file[0] = (byte) header.length();
        System.arraycopy(header.getBytes(StandardCharsets.US_ASCII), 0, file, 8, header.length());
        return file;
    }
}
