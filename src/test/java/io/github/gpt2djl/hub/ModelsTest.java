package io.github.gpt2djl.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TestCheckpoint;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names, the catalog, and Hugging Face's cache as it is found. */
class ModelsTest {
    private static final TestCheckpoint TINY = TestCheckpoint.tiny();

    @TempDir
    Path folder;

    @Test
    void readsHuggingFacesCache() throws IOException {
        Path repository = folder.resolve("models--openai-community--gpt2");
        TINY.write(repository.resolve("snapshots").resolve("607a30d7"));
        TINY.write(repository.resolve("snapshots").resolve("00000000"));
        Files.createDirectories(repository.resolve("refs"));
        Path main = Files.writeString(repository.resolve("refs").resolve("main"), "607a30d7");
        Map<String, String> environment = Map.of("HF_HUB_CACHE", folder.toString());
        for (String name : new String[] {"gpt2", "openai-community/gpt2"}) {
            try (Checkpoint found = Models.open(name, environment)) {
                assertThat(found.name()).endsWith("607a30d7");
            }
        }
        Files.writeString(main, "../../elsewhere");
        assertThatThrownBy(() -> Models.open("gpt2", environment))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("names the commit \"../../elsewhere\"");
        Files.delete(main);
        assertThatThrownBy(() -> Models.open("gpt2", environment)).hasMessageContaining("holds 2 commits");
    }

    @Test
    void readsTheCacheUnderHfHomeAndTheFormerName() throws IOException {
        TINY.write(folder.resolve("hub/models--gpt2/snapshots/abc"));
        try (Checkpoint found = Models.open("gpt2", Map.of("HF_HOME", folder.toString()))) {
            assertThat(found.config()).isEqualTo(TINY.config());
        }
    }

    @Test
    void saysHowToGetAPublishedModel() {
        assertThatThrownBy(() -> Models.open("gpt2-xl", Map.of("HF_HUB_CACHE", folder.toString())))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("model gpt2-xl is not on this machine")
                .hasMessageContaining(
                        folder.resolve("models--openai-community--gpt2-xl").toString())
                .hasMessageContaining("download gpt2-xl");
        assertThatThrownBy(() -> Models.open("gpt3", Map.of()))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("no model or folder named gpt3. Known names: shakespeare, gpt2, gpt2-medium");
        assertThatThrownBy(() -> Models.open(" ", Map.of())).isInstanceOf(FileNotFoundException.class);
    }

    /** The counts of the model cards, of the paper's later correction, and of transformers' models for OPT. */
    @ParameterizedTest
    @CsvSource({
        "gpt2, 124439808",
        "gpt2-medium, 354823168",
        "gpt2-large, 774030080",
        "gpt2-xl, 1557611200",
        "distilgpt2, 81912576",
        "openai-gpt, 116534784",
        "facebook/opt-125m, 125239296",
        "opt-350m, 331196416",
        "opt-1.3b, 1315758080",
        "opt-2.7b, 2651596800",
        "opt-6.7b, 6658473984"
    })
    void theCatalogKnowsThePublishedModels(String name, long parameters) {
        Catalog.Model model = Catalog.find(name).orElseThrow();
        assertThat(model.config().parameters()).isEqualTo(parameters);
        assertThat(model.revision()).matches("[0-9a-f]{40}");
        assertThat(model.files())
                .extracting(Catalog.RemoteFile::name)
                .contains("config.json")
                .containsAnyOf("tokenizer.json", "merges.txt")
                .containsAnyElementsOf(Checkpoint.WEIGHTS);
        assertThat(model.files()).allSatisfy(file -> {
            if (file.sha256() != null) {
                assertThat(file.sha256()).matches("[0-9a-f]{64}");
            }
        });
    }

    @Test
    void opensAFolderByItsPathAndTheShippedModelByItsName() throws IOException {
        try (Checkpoint found = Models.open(TINY.write(folder.resolve("a/b")).toString(), Map.of())) {
            assertThat(found.tokenizer()).isNull();
        }
        try (Checkpoint shipped = Models.open("shakespeare", Map.of())) {
            assertThat(shipped.config().vocabularySize()).isEqualTo(2048);
            assertThat(shipped.tokenizer()).isNotNull();
            assertThat(shipped.tensors().names()).contains("wte.weight");
        }
    }
}
