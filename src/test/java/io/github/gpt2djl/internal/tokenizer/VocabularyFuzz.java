package io.github.gpt2djl.internal.tokenizer;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import io.github.gpt2djl.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.provider.MethodSource;

/** tokenizer.json, vocab.json with merges.txt, the files beside, and what of it reaches the native tokenizer. */
class VocabularyFuzz {
    private static final Map<String, String> AS_WRITTEN =
            Map.of("tokenizer_config.json", "{\"tokenizer_class\": \"PreTrainedTokenizerFast\"}");

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10s")
    void read(byte[] bytes) {
        String json = new String(bytes, StandardCharsets.UTF_8);
        for (Architecture architecture : Architecture.values()) {
            load(new TokenizerFiles("vocab.json", json, "#version: 0.2\na b\n"), architecture);
            load(new TokenizerFiles("tokenizer.json", json, null), architecture);
            load(new TokenizerFiles("tokenizer.json", json, null, AS_WRITTEN), architecture);
        }
        for (String file : Checkpoint.BESIDE_TOKENIZER) {
            String vocabulary = "{\"a\": 0, \"b\": 1, \"ab\": 2}";
            load(new TokenizerFiles("vocab.json", vocabulary, "a b", Map.of(file, json)), Architecture.GPT2);
        }
    }

    private static void load(TokenizerFiles files, Architecture architecture) {
        try {
            Tokenizer.load(files, architecture, 100).close();
        } catch (MalformedCheckpointException e) {
            // Documented.
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static List<byte[]> seeds() throws IOException {
        return List.of(
                Files.readAllBytes(Path.of("src/test/resources/reference/gpt1-f32/tokenizer.json")),
                Files.readAllBytes(Path.of("src/test/resources/reference/gpt1-f32/vocab.json")),
                "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[]},\"decoder\":{\"type\":\"ByteLevel\"}}"
                        .getBytes(StandardCharsets.UTF_8),
                ("{\"bos_token\":{\"__type\":\"AddedToken\",\"content\":\"<s>\",\"lstrip\":true},\"add_bos_token\":true,"
                                + "\"extra_special_tokens\":[\"x\"],\"image_token\":\"y\",\"added_tokens_decoder\":{\"3\":"
                                + "{\"content\":\"ab c\",\"normalized\":true,\"special\":false}}}")
                        .getBytes(StandardCharsets.UTF_8),
                "{\"<s>\": 3, \"x\": 4}".getBytes(StandardCharsets.UTF_8));
    }
}
