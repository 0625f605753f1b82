package io.github.gpt2djl.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.checkpoint.AdapterConfig;
import io.github.gpt2djl.internal.files.ShardedTensors;
import io.github.gpt2djl.testing.Fuzz;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.provider.MethodSource;

/** config.json, hparams.json, adapter_config.json and the index of a sharded checkpoint. */
class JsonFuzz {
    private static final Path INDEX = Fuzz.temporary("model.safetensors.index.json");

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10s")
    void read(byte[] bytes) throws IOException {
        String json = new String(bytes, StandardCharsets.UTF_8);
        try {
            ModelConfig.parse("config.json", json);
        } catch (MalformedCheckpointException e) {
            // Documented.
        }
        try {
            ConfigReader.parseOpenAi("hparams.json", json);
        } catch (MalformedCheckpointException e) {
            // Documented.
        }
        try {
            AdapterConfig adapter = AdapterJson.parse("adapter_config.json", json);
            assertThat(AdapterJson.parse("written", AdapterText.of(adapter))).isEqualTo(adapter);
        } catch (MalformedCheckpointException e) {
            // Documented.
        }
        Files.write(INDEX, bytes);
        try {
            ShardedTensors.read(INDEX, path -> {
                throw new AssertionError("no file is beside the index, but " + path + " was opened");
            });
        } catch (MalformedCheckpointException | NoSuchFileException e) {
            // Documented.
        }
    }

    static List<byte[]> seeds() throws IOException {
        return List.of(
                Files.readAllBytes(Path.of("src/test/resources/reference/prefixed-f32/config.json")),
                Files.readAllBytes(Path.of("src/test/resources/reference/opt-f16/config.json")),
                Files.readAllBytes(Path.of("src/test/resources/reference/gpt1-f32/config.json")),
                Files.readAllBytes(Path.of("src/test/resources/reference/adapters/everywhere/adapter_config.json")),
                ("{\"model_type\":\"gpt_neo\",\"num_layers\":4,\"num_heads\":2,\"hidden_size\":8,\"vocab_size\":13,"
                                + "\"max_position_embeddings\":40,\"window_size\":4,"
                                + "\"attention_types\":[[[\"global\",\"local\"],2]],\"attention_layers\":null}")
                        .getBytes(StandardCharsets.UTF_8),
                "{\"n_vocab\":61,\"n_ctx\":40,\"n_embd\":16,\"n_head\":2,\"n_layer\":2}"
                        .getBytes(StandardCharsets.UTF_8),
                "{\"weight_map\":{\"wte.weight\":\"model-00001-of-00002.safetensors\"}}"
                        .getBytes(StandardCharsets.UTF_8));
    }
}
