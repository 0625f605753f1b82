package io.github.gpt2djl.internal.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.testing.ShippedVocabulary;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.File;
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
        for (String nothing : new String[] {"../../elsewhere", "12345678", ""}) {
            Files.writeString(main, nothing);
            assertThat(Models.cached("gpt2", environment)).isEmpty();
        }
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
            assertThat(shipped.config().vocabularySize()).isEqualTo(ShippedVocabulary.SIZE);
            assertThat(shipped.tokenizer()).isNotNull();
            assertThat(shipped.tensors().names()).contains("wte.weight");
        }
    }

    /** As transformers does, which looks at the path first; "./" tells which was taken. */
    @Test
    void aFolderWithAModelIsTakenBeforeTheCatalogsModelOfThatName() throws IOException {
        Map<String, String> environment = Map.of("HF_HUB_CACHE", folder.toString());
        Path cached = TINY.write(folder.resolve("models--opt-2.7b/snapshots/607a30d7"));
        assertThat(Models.folder("opt-2.7b", environment)).isEqualTo(cached);
        for (String file : new String[] {"config.json", "hparams.json", "adapter_config.json"}) {
            Path here = Files.createDirectory(Path.of("opt-2.7b"));
            try {
                assertThat(Models.isFolder("opt-2.7b")).isFalse();
                assertThat(Models.folder("opt-2.7b", environment)).isEqualTo(cached);
                Files.writeString(here.resolve(file), "{}");
                assertThat(Models.isFolder("opt-2.7b")).isTrue();
                assertThat(Models.folder("opt-2.7b", environment))
                        .hasToString(Path.of("./opt-2.7b").toString());
                assertThat(Models.folder("facebook/opt-2.7b", environment)).isEqualTo(cached);
            } finally {
                Files.deleteIfExists(here.resolve(file));
                Files.delete(here);
            }
        }
    }

    @Test
    void whatIsNoModelIsNotTakenForOneAndTold() throws IOException {
        Map<String, String> environment = Map.of("HF_HUB_CACHE", folder.toString());
        for (boolean isFile : new boolean[] {true, false}) {
            Path here = isFile ? Files.createFile(Path.of("opt-2.7b")) : Files.createDirectory(Path.of("opt-2.7b"));
            try {
                assertThatThrownBy(() -> Models.folder("opt-2.7b", environment))
                        .isInstanceOf(FileNotFoundException.class)
                        .hasMessageContaining("model opt-2.7b is not on this machine")
                        .hasMessageContaining("What is at the path ." + File.separator
                                + "opt-2.7b was not taken, as it is no folder with config.json");
            } finally {
                Files.delete(here);
            }
        }
    }

    /** The shipped model is none of the Hub, and the default: no folder is in its way. */
    @Test
    void theShippedModelsNameIsNoPath() throws IOException {
        Path here = TINY.write(Path.of("shakespeare"));
        try {
            assertThat(Models.isFolder("shakespeare")).isFalse();
            try (Checkpoint shipped = Models.open("shakespeare", Map.of())) {
                assertThat(shipped.config().vocabularySize()).isEqualTo(ShippedVocabulary.SIZE);
            }
            try (Checkpoint found = Models.open("./shakespeare", Map.of())) {
                assertThat(found.config()).isEqualTo(TINY.config());
            }
        } finally {
            for (String file : new String[] {"config.json", "model.safetensors"}) {
                Files.delete(here.resolve(file));
            }
            Files.delete(here);
        }
    }

    /** A path that is there is never asked for on the network. */
    @Test
    void aPathOfNoCataloguedNameIsAPath() throws IOException {
        Path here = Files.createDirectories(Path.of("target/no-model"));
        assertThat(Models.isFolder("target/no-model")).isTrue();
        assertThat(Models.folder("target/no-model", Map.of("HF_HUB_CACHE", folder.toString())))
                .isEqualTo(here);
        assertThat(Models.isFolder("target/nothing-at-all")).isFalse();
        for (String none : new String[] {"", " ", "a\0b"}) {
            assertThat(Models.isFolder(none)).isFalse();
        }
    }
}
