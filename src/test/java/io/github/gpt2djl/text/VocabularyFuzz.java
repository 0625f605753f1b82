package io.github.gpt2djl.text;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.gpt2djl.checkpoint.Checkpoint.TokenizerFiles;
import io.github.gpt2djl.checkpoint.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.ModelConfig.Architecture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.provider.MethodSource;

/** tokenizer.json, and vocab.json with merges.txt, and what of it reaches the native tokenizer. */
class VocabularyFuzz {
    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10s")
    void read(byte[] bytes) {
        String json = new String(bytes, StandardCharsets.UTF_8);
        for (String merges : new String[] {null, "#version: 0.2\na b\n"}) {
            for (Architecture architecture : Architecture.values()) {
                try {
                    BpeTokenizer.load(new TokenizerFiles("tokenizer.json", json, merges), architecture, 100)
                            .close();
                } catch (MalformedCheckpointException e) {
                    // Documented.
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    static List<byte[]> seeds() throws IOException {
        return List.of(
                Files.readAllBytes(Path.of("src/test/resources/reference/gpt1-f32/tokenizer.json")),
                Files.readAllBytes(Path.of("src/test/resources/reference/gpt1-f32/vocab.json")),
                "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[]},\"decoder\":{\"type\":\"ByteLevel\"}}"
                        .getBytes(StandardCharsets.UTF_8));
    }
}
