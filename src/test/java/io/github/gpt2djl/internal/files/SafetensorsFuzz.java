package io.github.gpt2djl.internal.files;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.testing.Fuzz;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.provider.MethodSource;

/** The file as it comes, and as the header of one whose length is right, which a fuzzer seldom keeps. */
class SafetensorsFuzz {
    private static final int DATA = 16;

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10s")
    void read(byte[] bytes) throws IOException {
        readFile(bytes);
        ByteBuffer whole = ByteBuffer.allocate(8 + bytes.length + DATA).order(ByteOrder.LITTLE_ENDIAN);
        readFile(whole.putLong(bytes.length).put(bytes).array());
    }

    private static void readFile(byte[] bytes) throws IOException {
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
                    4),
            ("{\"a\":{\"dtype\":\"F16\",\"shape\":[2,2],\"data_offsets\":[0,8]},"
                            + "\"b\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[8,16]}}")
                    .getBytes(StandardCharsets.US_ASCII)
        };
    }

    private static byte[] file(String header, int data) {
        byte[] file = new byte[8 + header.length() + data];
        file[0] = (byte) header.length();
        System.arraycopy(header.getBytes(StandardCharsets.US_ASCII), 0, file, 8, header.length());
        return file;
    }
}
