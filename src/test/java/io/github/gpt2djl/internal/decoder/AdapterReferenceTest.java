package io.github.gpt2djl.internal.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelSource;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Adapters against PEFT, which applies them beside the base: src/test/python/make_adapter_references.py. */
class AdapterReferenceTest {
    private static final Path ROOT = Path.of("src/test/resources/reference/adapters");

    /** What is told not to be computed. */
    private static final Map<String, String> REJECTED = Map.of(
            "singular-values", "init_lora_weights is \"pissa\", expected one of true, false, gaussian",
            "save-tied", "ensure_weight_tying is true, and the embedding table or the head is adapted or stored",
            "scales", "peft_type is \"IA3\", expected one of LORA",
            "prompt", "peft_type is \"PROMPT_TUNING\", expected one of LORA",
            "lora-bias-bare", "found no tensor model.decoder.layers.0.self_attn.q_proj.bias, which the adapter ",
            "products", "peft_type is \"LOHA\", expected one of LORA");

    @TempDir
    Path folder;

    static List<String> adapters() throws IOException {
        try (Stream<Path> folders = Files.list(ROOT)) {
            return folders.filter(adapter -> Files.exists(adapter.resolve("expected.json")))
                    .map(adapter -> adapter.getFileName().toString())
                    .filter(adapter -> !REJECTED.containsKey(adapter))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("adapters")
    void theSameLogProbabilities(String name) throws IOException {
        Expected.read(ROOT.resolve(name))
                .assertSame(ModelSource.local().open(ROOT.resolve(name).toString()));
    }

    /** The sum, as a model of its own. */
    @ParameterizedTest
    @MethodSource("adapters")
    void theSameAfterSaving(String name) throws IOException {
        try (Checkpoint adapted = ModelSource.local().open(ROOT.resolve(name).toString())) {
            adapted.save(folder, DType.F32);
        }
        Expected.read(ROOT.resolve(name)).assertSame(Checkpoint.open(folder));
    }

    @Test
    void otherKindsAreRejectedByName() {
        REJECTED.forEach((name, message) -> assertThatThrownBy(
                        () -> ModelSource.local().open(ROOT.resolve(name).toString()))
                .as(name)
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining(message));
    }

    /** The one that is saved beside the adapter, with the resized vocabulary, and the base's where there is none. */
    @Test
    void theTokenizerIsTheAdapters() throws IOException {
        Path resized = ROOT.resolve("resized");
        try (Checkpoint adapted = ModelSource.local().open(resized.toString());
                Checkpoint plain =
                        ModelSource.local().open(ROOT.resolve("attention").toString())) {
            assertThat(adapted.tokenizer().text("tokenizer.json"))
                    .isEqualTo(Files.readString(resized.resolve("tokenizer.json")));
            assertThat(adapted.tokenizer().files()).containsKey("tokenizer_config.json");
            assertThat(adapted.config().vocabularySize()).isEqualTo(34);
            assertThat(plain.tokenizer()).isNull();
            assertThat(plain.config().vocabularySize()).isEqualTo(31);
        }
    }
}
