package io.github.gpt2djl.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.Activation;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import io.github.gpt2djl.internal.files.DataFile;
import io.github.gpt2djl.internal.files.Safetensors;
import io.github.gpt2djl.testing.TensorBytes;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Folders, names and config.json. */
class CheckpointTest {
    private static final TestCheckpoint TINY = TestCheckpoint.tiny();

    @TempDir
    Path folder;

    @Test
    void readsThePublishedConfig() throws IOException {
        String json = """
                {"activation_function": "gelu_new", "architectures": ["GPT2LMHeadModel"], "attn_pdrop": 0.1,
                 "bos_token_id": 50256, "embd_pdrop": 0.1, "eos_token_id": 50256, "initializer_range": 0.02,
                 "layer_norm_epsilon": 1e-05, "model_type": "gpt2", "n_ctx": 1024, "n_embd": 768, "n_head": 12,
                 "n_layer": 12, "n_positions": 1024, "resid_pdrop": 0.1, "summary_use_proj": true,
                 "task_specific_params": {"text-generation": {"do_sample": true, "max_length": 50}},
                 "vocab_size": 50257}
                """;
        assertThat(ModelConfig.parse("config.json", json))
                .isEqualTo(new ModelConfig(
                        Architecture.GPT2,
                        12,
                        12,
                        768,
                        3072,
                        768,
                        1024,
                        50257,
                        1e-5,
                        false,
                        true,
                        Activation.GELU_NEW,
                        true,
                        false,
                        List.of(),
                        0,
                        true,
                        true,
                        50256,
                        List.of(50256),
                        true));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "n_layer | null | the key n_layer is missing",
                "n_layer | 0 | n_layer is 0, expected at least 1",
                "n_layer | 1.5 | n_layer is 1.5, expected a whole number",
                "n_layer | \"a\" | n_layer is \"a\", expected a whole number",
                "n_head | 3 | n_embd is 16, expected a multiple of n_head, which is 3",
                "n_embd | 99999999999 | n_embd is 99999999999, expected a whole number",
                "vocab_size | -1 | vocab_size is -1, expected at least 1",
                "bos_token_id | -3 | bos_token_id is -3, expected at least 0, or null",
                "bos_token_id | [1] | bos_token_id is [1]",
                "eos_token_id | [1.5] | eos_token_id is 1.5, expected a whole number",
                "eos_token_id | [[1]] | eos_token_id is [1], expected a whole number",
                "eos_token_id | {} | eos_token_id is {}, expected a whole number",
                "layer_norm_epsilon | -1 | layer_norm_epsilon is -1, expected a number from 0 to 3.4E38",
                "layer_norm_epsilon | {} | layer_norm_epsilon is {}, expected a number",
                "model_type | \"bloom\" | model_type is bloom, expected one of gpt2, openai-gpt, opt, gpt_neo: this decoder"
                        + " computes only models with a learned vector for each position and norms of mean and variance,"
                        + " and bloom has attention biased by distance (ALiBi)",
                "model_type | \"llama\" | and llama has rotary position embeddings and RMS norms",
                "model_type | \"gptj\" | and gptj has rotary position embeddings",
                "model_type | \"t5\" | learned vector for each position and norms of mean and variance",
                "model_type | [] | model_type is [], expected one of gpt2, openai-gpt, opt, gpt_neo",
                "add_cross_attention | true | add_cross_attention is true, expected false: cross-attention reads what an"
                        + " encoder has computed, and this library has no encoder; take a model that was trained to"
                        + " continue texts by itself",
                "activation_function | \"prelu\" | activation_function is \"prelu\", expected one of gelu_new",
                "scale_attn_weights | 0 | scale_attn_weights is 0, expected true or false",
                "tie_word_embeddings | 1 | tie_word_embeddings is 1, expected true or false",
            })
    void wrongConfigsAreRejected(String key, String value, String message) {
        String json =
                TINY.configJson().replaceAll("\"" + key + "\": [^,}]*,? ?", "").strip();
        String wrong = "{\"" + key + "\": " + value + ", " + json.substring(1);
        assertThatThrownBy(() -> ModelConfig.parse("folder/config.json", wrong.replaceAll(",\\s*}$", "}")))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageStartingWith("folder/config.json: ")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"[]", "{", "''", "nothing at all"})
    void configsThatAreNotJsonAreRejected(String json) {
        assertThatThrownBy(() -> ModelConfig.parse("config.json", json))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessage("config.json: not a JSON object");
    }

    @Test
    void theShippedModel() throws IOException {
        try (Checkpoint shipped = Checkpoint.shipped("shakespeare")) {
            assertThat(shipped.name()).isEqualTo("shakespeare");
            assertThat(shipped.config()).isEqualTo(Checkpoint.shippedConfig("shakespeare"));
            Path models = Path.of("models/shakespeare");
            assertThat(shipped.config())
                    .isEqualTo(ModelConfig.parse("config.json", Files.readString(models.resolve("config.json"))));
            assertThat(shipped.tokenizer().text("tokenizer.json"))
                    .isEqualTo(Files.readString(models.resolve("tokenizer.json")));
            try (TensorFile onDisk = Safetensors.read(DataFile.open(models.resolve("model.safetensors")))) {
                assertThat(shipped.tensors().names()).isEqualTo(onDisk.names());
                TensorInfo norm = onDisk.find("ln_f.weight");
                assertThat(TensorBytes.of(shipped.tensors(), norm)).isEqualTo(TensorBytes.of(onDisk, norm));
            }
        }
        assertThatThrownBy(() -> Checkpoint.shipped("nobody"))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessage("/io/github/gpt2djl/models/nobody/config.json: not in the jar; build it again");
    }

    @Test
    void namesTheFileThatIsMissing() throws IOException {
        Path absent = folder.resolve("absent");
        assertThatThrownBy(() -> Checkpoint.open(absent))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining(absent + ": no such folder");
        TINY.write(folder);
        assertThatThrownBy(() -> Checkpoint.open(folder.resolve("config.json")))
                .isInstanceOf(NotDirectoryException.class)
                .hasMessageContaining("a file, expected the folder");
        Files.writeString(folder.resolve("vocab.json"), "{}");
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("merges.txt: the file is missing");
        Files.delete(folder.resolve("vocab.json"));
        Files.delete(folder.resolve("model.safetensors"));
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("model.safetensors: the file is missing");
        Files.delete(folder.resolve("config.json"));
        assertThatThrownBy(() -> Checkpoint.open(folder)).hasMessageContaining("config.json: the file is missing");
    }
}
