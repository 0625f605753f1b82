package io.github.gpt2djl.internal.checkpoint;

import static io.github.gpt2djl.Activation.GELU;
import static io.github.gpt2djl.Activation.GELU_NEW;
import static io.github.gpt2djl.Activation.QUICK_GELU;
import static io.github.gpt2djl.Activation.RELU;
import static io.github.gpt2djl.Activation.SILU;
import static io.github.gpt2djl.ModelConfig.Architecture.GPT;
import static io.github.gpt2djl.ModelConfig.Architecture.GPT2;
import static io.github.gpt2djl.ModelConfig.Architecture.OPT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.gpt2djl.Activation;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigWriterTest {
    /** What Python wrote; a task's defaults are no part of the architecture, and are kept where there is a source. */
    @Test
    void theShippedModelsConfigIsWrittenAsItIs() throws IOException {
        JsonObject published = JsonParser.parseString(Files.readString(Path.of("models/shakespeare/config.json")))
                .getAsJsonObject();
        ModelConfig config = Checkpoint.shippedConfig("shakespeare");
        String kept = ConfigWriter.json(config, DType.F16, null, published.toString());
        String written = ConfigWriter.json(config, DType.F16, null, null);
        JsonObject withoutTask = published.deepCopy();
        withoutTask.remove("task_specific_params");
        assertThat(JsonParser.parseString(written)).isEqualTo(withoutTask);
        published.addProperty("tie_word_embeddings", true);
        assertThat(JsonParser.parseString(kept)).isEqualTo(published);
    }

    static Stream<ModelConfig> configs() throws IOException {
        return Stream.of(
                config(GPT2, 3, 48, 12, 60_000, 1e-5, false, GELU_NEW, true, false, -1, List.of(), true),
                config(GPT2, 3, 20, 12, 61, 1e12, false, QUICK_GELU, false, true, 60, List.of(), false),
                config(GPT, 3, 48, 12, 61, 1e-5, true, GELU_NEW, true, false, -1, List.of(), true),
                config(GPT, 3, 48, 12, 61, 1e-3, true, SILU, true, false, 1, List.of(2), false),
                config(OPT, 3, 20, 6, 61, 1e-5, true, RELU, true, false, 2, List.of(2), true),
                config(OPT, 3, 20, 12, 61, 1e-5, false, GELU, true, false, -1, List.of(5, 3), true),
                opt("'enable_bias': false, 'bos_token_id': 0, 'activation_function': 'gelu'"),
                opt("'layer_norm_elementwise_affine': false, 'do_layer_norm_before': false, 'ffn_dim': 20"),
                opt("'_remove_final_layer_norm': true, 'word_embed_proj_dim': 6, 'tie_word_embeddings': false"),
                neo("'attention_layers': ['local', 'global', 'local'], 'window_size': 2, 'eos_token_id': 50"),
                neo("'attention_types': [[['global'], 3]], 'intermediate_size': 20, 'layer_norm_epsilon': 1e-3"));
    }

    private static ModelConfig opt(String keys) throws IOException {
        return parse("'model_type': 'opt', 'num_hidden_layers': 3, 'num_attention_heads': 2, 'hidden_size': 12,"
                + "'ffn_dim': 48, 'max_position_embeddings': 7, 'vocab_size': 61, " + keys);
    }

    private static ModelConfig neo(String keys) throws IOException {
        return parse("'model_type': 'gpt_neo', 'num_layers': 3, 'num_heads': 2, 'hidden_size': 12,"
                + "'max_position_embeddings': 7, 'vocab_size': 61, " + keys);
    }

    private static ModelConfig parse(String keys) throws IOException {
        return ModelConfig.parse("config.json", "{" + keys.replace('\'', '"') + "}");
    }

    /** Two layers of width 12, 7 positions. */
    private static ModelConfig config(
            Architecture architecture,
            int heads,
            int innerWidth,
            int embeddingWidth,
            int vocabularySize,
            double epsilon,
            boolean postNorm,
            Activation activation,
            boolean scaled,
            boolean scaledByLayer,
            int bosId,
            List<Integer> eosIds,
            boolean tiedHead) {
        return new ModelConfig(
                architecture,
                2,
                heads,
                12,
                innerWidth,
                embeddingWidth,
                7,
                vocabularySize,
                epsilon,
                postNorm,
                !postNorm,
                activation,
                scaled,
                scaledByLayer,
                List.of(),
                0,
                true,
                true,
                bosId,
                eosIds,
                tiedHead);
    }

    @ParameterizedTest
    @MethodSource("configs")
    void isReadBackTheSame(ModelConfig config) throws IOException {
        for (DType dtype : new DType[] {DType.F32, DType.BF16}) {
            assertThat(ModelConfig.parse(
                            "config.json", ConfigWriter.json(config, dtype, new ConfigWriter.Dropout(0, 0), null)))
                    .isEqualTo(config);
        }
    }

    @Test
    void whatTheKeysCannotTellIsRejected() {
        var inner = config(GPT, 3, 20, 12, 61, 1e-5, true, GELU_NEW, true, false, -1, List.of(), true);
        assertThatThrownBy(() -> ConfigWriter.json(inner, DType.F32, null, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("innerWidth=20")
                .hasMessageContaining("does not fit into a config.json: would be read as ModelConfig[")
                .hasMessageContaining("innerWidth=48");
        var heads = config(GPT2, 5, 48, 12, 61, 1e-5, false, GELU_NEW, true, false, -1, List.of(), true);
        assertThatThrownBy(() -> ConfigWriter.json(heads, DType.F32, null, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("n_embd is 12, expected a multiple of n_head, which is 5");
        assertThatThrownBy(() -> ConfigWriter.json(inner, DType.U8, null, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("dtype is U8, expected F32, F16 or BF16");
    }

    private static final String FINE_TUNED = """
            {"_name_or_path": "/home/me/gpt2", "activation_function": "gelu_pytorch_tanh", "model_type": "gpt2",
             "architectures": ["GPT2DoubleHeadsModel"], "attn_pdrop": 0.05, "n_layer": 2, "n_head": 3, "n_embd": 12,
             "n_positions": 7, "vocab_size": 61, "layer_norm_epsilon": 1e-06, "bos_token_id": 60, "eos_token_id": 59,
             "id2label": {"0": "good", "1": null}, "pad_token_id": null, "summary_type": "cls_index", "my_key": [1.50],
             "task_specific_params": {"text-generation": {"do_sample": true, "max_length": 50}, "other": {"x": 1}},
             "torch_dtype": "float16", "transformers_version": "4.20.1", "use_cache": true}
            """;

    @Test
    void theSourcesKeysAreKept() throws IOException {
        ModelConfig config = ModelConfig.parse("config.json", FINE_TUNED);
        String written = ConfigWriter.json(config, DType.BF16, null, FINE_TUNED);
        JsonObject expected = JsonParser.parseString(FINE_TUNED).getAsJsonObject();
        expected.remove("_name_or_path");
        expected.addProperty("torch_dtype", "bfloat16");
        expected.addProperty("tie_word_embeddings", true);
        assertThat(JsonParser.parseString(written)).isEqualTo(expected);
        assertThat(written).contains("1e-06", "1.50");
    }

    @Test
    void whatIsOtherNowIsOverwritten() throws IOException {
        ModelConfig config = ModelConfig.parse("config.json", FINE_TUNED).withTiedHead(false);
        String both = FINE_TUNED.replace("\"use_cache\": true", "\"dtype\": \"float16\"");
        JsonObject written = JsonParser.parseString(
                        ConfigWriter.json(config, DType.F32, new ConfigWriter.Dropout(0.3, 0), both))
                .getAsJsonObject();
        assertThat(written.get("dtype").getAsString()).isEqualTo("float32");
        assertThat(written.has("torch_dtype")).isFalse();
        assertThat(written.get("tie_word_embeddings").getAsBoolean()).isFalse();
        assertThat(written.get("attn_pdrop").getAsDouble()).isZero();
        assertThat(written.get("resid_pdrop").getAsDouble()).isEqualTo(0.3);
        assertThat(written.has("dropout")).isFalse();
        assertThat(written.has("id2label")).isTrue();
    }

    /** It is another model's. */
    @Test
    void nothingOfAnotherShapesSourceIsKept() throws IOException {
        ModelConfig config = ModelConfig.gpt2(3, 2, 8, 9, 71);
        String written = ConfigWriter.json(config, DType.F32, null, FINE_TUNED);
        assertThat(ModelConfig.parse("config.json", written)).isEqualTo(config);
        assertThat(written).doesNotContain("my_key");
    }
}
