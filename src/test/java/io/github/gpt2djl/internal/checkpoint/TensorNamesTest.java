package io.github.gpt2djl.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import io.github.gpt2djl.testing.MemoryTensors;
import io.github.gpt2djl.testing.TensorBytes;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class TensorNamesTest {
    private static final ModelConfig TIED = TestCheckpoint.tiny().config();

    @Test
    void publishedNamesStay() throws IOException {
        for (String prefix : new String[] {"", "transformer."}) {
            MemoryTensors file =
                    file(prefix + "wte.weight", prefix + "h.0.ln_1.weight", "lm_head.weight", "score.weight");
            assertThat(TensorNames.published(file, TIED)).isSameAs(file);
        }
    }

    @Test
    void onePrefixForAll() throws IOException {
        TensorFile file = TensorNames.published(
                file("wte.weight", "transformer.h.0.ln_1.weight", "ln_f.bias", "lm_head.weight"), TIED);
        assertThat(file.names())
                .containsExactly(
                        "transformer.wte.weight",
                        "transformer.h.0.ln_1.weight",
                        "transformer.ln_f.bias",
                        "lm_head.weight");
        TensorInfo table = file.find("transformer.wte.weight");
        assertThat(table.name()).isEqualTo("transformer.wte.weight");
        assertThat(TensorBytes.of(file, table).get()).isEqualTo((byte) 0);
        assertThat(TensorBytes.of(file, file.find("lm_head.weight")).get()).isEqualTo((byte) 3);
        assertThat(file.find("wte.weight")).isNull();
        assertThat(file.isSame(table, table)).isTrue();
        assertThat(file.isSame(table, file.find("lm_head.weight"))).isFalse();
    }

    @Test
    void theHeadStandsForATiedTable() throws IOException {
        TensorFile file = TensorNames.published(file("transformer.wpe.weight", "lm_head.weight"), TIED);
        assertThat(file.names()).containsExactly("transformer.wpe.weight", "transformer.wte.weight");
        assertThat(TensorBytes.of(file, file.find("transformer.wte.weight")).get())
                .isEqualTo((byte) 1);
        MemoryTensors untied = file("transformer.wpe.weight", "lm_head.weight");
        assertThat(TensorNames.published(untied, TIED.withTiedHead(false))).isSameAs(untied);
    }

    /** transformers takes one of the two by the order of their names. */
    @Test
    void twoTensorsForOneAreRejected() {
        assertThatThrownBy(() -> TensorNames.published(file("wte.weight", "transformer.wte.weight"), TIED))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessage("memory: has two tensors for one: wte.weight and transformer.wte.weight; save it again with"
                        + " one of them");
    }

    /** Each a byte: its number. */
    private static MemoryTensors file(String... names) {
        MemoryTensors tensors = new MemoryTensors();
        for (int i = 0; i < names.length; i++) {
            tensors.put(names[i], TensorInfo.DType.U8, new byte[] {(byte) i}, 1);
        }
        return tensors;
    }
}
