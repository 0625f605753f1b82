package io.github.gpt2djl.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.gpt2djl.checkpoint.ModelConfig.Architecture;
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
    /** What Python wrote. */
    @Test
    void theShippedModelsConfigIsWrittenAsItIs() throws IOException {
        JsonObject published = JsonParser.parseString(Files.readString(Path.of("models/shakespeare/config.json")))
                .getAsJsonObject();
        String written = ConfigWriter.json(Checkpoint.shippedConfig("shakespeare"), DType.F16, 0.1, 0.1);
        assertThat(JsonParser.parseString(written)).isEqualTo(published);
    }

    static Stream<ModelConfig> configs() {
        return Stream.of(
                new ModelConfig(
                        Architecture.GPT2, 2, 3, 12, 48, 12, 7, 60_000, 1e-5, false, -1, List.of(), true, true, 0),
                new ModelConfig(
                        Architecture.GPT2, 2, 3, 12, 20, 12, 7, 61, 1e-6, false, 60, List.of(), false, false, 9),
                new ModelConfig(Architecture.GPT, 2, 3, 12, 48, 12, 7, 61, 1e-5, true, -1, List.of(), true, false, 0),
                new ModelConfig(Architecture.GPT, 2, 3, 12, 48, 12, 7, 61, 1e-3, true, 1, List.of(2), false, true, 5),
                new ModelConfig(Architecture.OPT, 2, 3, 12, 20, 6, 7, 61, 1e-5, true, 2, List.of(2), true, false, 0),
                new ModelConfig(
                        Architecture.OPT, 2, 3, 12, 20, 12, 7, 61, 1e-5, false, -1, List.of(5, 3), true, true, 5));
    }

    @ParameterizedTest
    @MethodSource("configs")
    void isReadBackTheSame(ModelConfig config) throws IOException {
        for (DType dtype : new DType[] {DType.F32, DType.BF16}) {
            assertThat(ModelConfig.parse("config.json", ConfigWriter.json(config, dtype, 0, 0)))
                    .isEqualTo(config);
        }
    }

    @Test
    void whatTheKeysCannotTellIsRejected() {
        var inner =
                new ModelConfig(Architecture.GPT, 2, 3, 12, 20, 12, 7, 61, 1e-5, true, -1, List.of(), true, false, 0);
        assertThatThrownBy(() -> ConfigWriter.json(inner, DType.F32, 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("innerWidth=20")
                .hasMessageContaining("does not fit into a config.json: would be read as ModelConfig[")
                .hasMessageContaining("innerWidth=48");
        var heads =
                new ModelConfig(Architecture.GPT2, 2, 5, 12, 48, 12, 7, 61, 1e-5, false, -1, List.of(), true, false, 0);
        assertThatThrownBy(() -> ConfigWriter.json(heads, DType.F32, 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("n_embd is 12, expected a multiple of n_head, which is 5");
        assertThatThrownBy(() -> ConfigWriter.json(inner, DType.U8, 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("dtype is U8, expected F32, F16 or BF16");
    }
}
