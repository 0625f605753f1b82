package io.github.gpt2djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import io.github.gpt2djl.internal.hub.Models;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An adapter's folder is a model, whose base is found by its name. */
class AdaptedModelTest {
    private static final Path ADAPTERS = Path.of("src/test/resources/reference/adapters");
    private static final Prompt IDS = Prompt.ofIds(1, 7, 30, 22, 6);

    @TempDir
    Path folder;

    @Test
    void loadsByPathAndByNameAndMerges() throws IOException {
        Path attention = ADAPTERS.resolve("attention");
        Score adapted;
        try (Gpt2 model = Gpt2.load(attention)) {
            assertThat(model.name()).isEqualTo(attention.toString());
            adapted = model.score(IDS);
        }
        try (Gpt2 base = Gpt2.load(ADAPTERS.resolve("base"))) {
            assertThat(base.score(IDS).perplexity()).isNotCloseTo(adapted.perplexity(), within(1.0));
        }
        Path merged = folder.resolve("merged");
        try (Checkpoint files = ModelSource.local().open(attention.toString())) {
            files.save(merged, DType.F32);
            assertThatThrownBy(() -> files.save(ADAPTERS.resolve("base"), DType.F32))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("which the model is read from");
        }
        try (Gpt2 model = Gpt2.load(merged)) {
            assertThat(model.score(IDS)).isEqualTo(adapted);
        }
    }

    @Test
    void aBaseThatIsNotThereIsNamed() throws IOException {
        writeFor("no/such-base");
        assertThatThrownBy(() -> Gpt2.load(folder))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageStartingWith("the base of the adapter " + folder
                        + ", base_model_name_or_path in its adapter_config.json: model no/such-base is not on this"
                        + " machine: looked for ")
                .hasMessageContaining("ModelSource.download()");
    }

    @Test
    void theShippedModelIsABase() throws IOException {
        writeFor("shakespeare");
        assertThatThrownBy(() -> Gpt2.load(folder))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining("h.0.attn.c_attn.lora_A.weight F32 [4, 8], expected F64, F32, F16 or BF16 [4, "
                        + Models.shippedConfig().width() + "]");
    }

    @Test
    void anAdapterIsNoBase() throws IOException {
        writeFor(folder.toString());
        assertThatThrownBy(() -> Gpt2.load(folder))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageStartingWith(folder + ": holds an adapter (adapter_config.json), expected a whole model");
    }

    private void writeFor(String base) throws IOException {
        Path attention = ADAPTERS.resolve("attention");
        String config = Files.readString(attention.resolve("adapter_config.json"));
        Files.writeString(
                folder.resolve("adapter_config.json"),
                config.replace("src/test/resources/reference/adapters/base", base));
        Files.copy(attention.resolve("adapter_model.safetensors"), folder.resolve("adapter_model.safetensors"));
    }
}
