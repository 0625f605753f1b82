package io.github.gpt2djl.internal.cli;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.provider.MethodSource;

/** Records that somebody else has made. */
class ReplayFuzz {
    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10s")
    void read(byte[] bytes) {
        try {
            ReplayCommand.read("file", new String(bytes, StandardCharsets.UTF_8));
        } catch (IOException e) {
            if (!e.getMessage().startsWith("file")) {
                throw new AssertionError(e);
            }
        }
    }

    static List<byte[]> seeds() {
        String record = "{\"model\":\"shakespeare\",\"precision\":\"fp32\",\"config\":{\"num_return_sequences\":2,"
                + "\"do_sample\":true,\"seed\":1},\"sequence\":1,\"prompt_ids\":[1,2],\"ids\":[3],\"text\":\"x\"}";
        return List.of(
                record.getBytes(StandardCharsets.UTF_8),
                (record + "\n\n" + record.replace("\"num_return_sequences\":2,", "")).getBytes(StandardCharsets.UTF_8));
    }
}
