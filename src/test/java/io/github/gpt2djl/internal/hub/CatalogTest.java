package io.github.gpt2djl.internal.hub;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.github.gpt2djl.Activation;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.checkpoint.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The catalog against transformers' own counts, the model cards, and what a reader of Hugging Face's cache expects. */
class CatalogTest {
    @TempDir
    Path cache;

    static List<Catalog.Model> models() {
        return Catalog.models();
    }

    /** make_catalog_references.py counted them in transformers' models of these configurations. */
    @Test
    void parametersAreThoseOfTransformers() throws IOException {
        Map<String, Long> expected = new HashMap<>();
        JsonParser.parseString(Files.readString(Path.of("src/test/resources/reference/hub/parameters.json")))
                .getAsJsonObject()
                .asMap()
                .forEach((String name, JsonElement count) -> expected.put(name, count.getAsLong()));
        Map<String, Long> found = new HashMap<>();
        for (Catalog.Model model : Catalog.models()) {
            found.put(model.name(), model.config().parameters());
        }
        assertThat(found).isEqualTo(expected);
    }

    /** Millions of parameters; the authors' names count them differently: TinyStories' without the embeddings. */
    @ParameterizedTest
    @CsvSource({
        "cerebras-gpt-111m, cerebras/Cerebras-GPT-111M, 111, apache-2.0, verified",
        "cerebras-gpt-256m, cerebras/Cerebras-GPT-256M, 256, apache-2.0, pinned",
        "cerebras-gpt-590m, cerebras/Cerebras-GPT-590M, 590, apache-2.0, pinned",
        "cerebras-gpt-1.3b, cerebras/Cerebras-GPT-1.3B, 1316, apache-2.0, main",
        "cerebras-gpt-2.7b, cerebras/Cerebras-GPT-2.7B, 2652, apache-2.0, pinned",
        "alias-gpt2-small, stanford-crfm/alias-gpt2-small-x21, 124, apache-2.0, verified",
        "dialogpt-small, microsoft/DialoGPT-small, 124, mit, pinned",
        "dialogpt-medium, microsoft/DialoGPT-medium, 355, mit, pinned",
        "dialogpt-large, microsoft/DialoGPT-large, 774, mit, pinned",
        "protgpt2, nferruz/ProtGPT2, 774, apache-2.0, verified",
        "gpt2-chinese, uer/gpt2-chinese-cluecorpussmall, 102, not stated, pinned",
        "gpt2-chinese-poem, uer/gpt2-chinese-poem, 103, not stated, main",
        "japanese-gpt2-medium, rinna/japanese-gpt2-medium, 336, mit, pinned",
        "tinystories-1m, roneneldan/TinyStories-1M, 4, not stated, verified",
        "tinystories-8m, roneneldan/TinyStories-8M, 20, not stated, main",
        "tinystories-33m, roneneldan/TinyStories-33M, 69, not stated, verified",
        "gpt-neo-125m, EleutherAI/gpt-neo-125m, 125, mit, verified",
        "gpt2, openai-community/gpt2, 124, mit, verified",
        "opt-350m, facebook/opt-350m, 331, other, pinned"
    })
    void isKnownByBothNames(String name, String repository, long millions, String license, String checked) {
        Catalog.Model model = Catalog.find(name).orElseThrow();
        assertThat(Catalog.find(repository)).contains(model);
        assertThat(Math.round(model.config().parameters() / 1e6)).isEqualTo(millions);
        assertThat(model.license()).isEqualTo(license);
        assertThat(model.isVerified() ? "verified" : model.isPinned() ? "pinned" : model.revision())
                .isEqualTo(checked);
    }

    @Test
    void theirKindsAreRead() {
        assertThat(Catalog.find("cerebras-gpt-111m").orElseThrow().config().activation())
                .isEqualTo(Activation.GELU);
        assertThat(Catalog.find("alias-gpt2-small").orElseThrow().config())
                .isNotEqualTo(Catalog.find("gpt2").orElseThrow().config());
    }

    /** Sizes and checksums are stated of a commit only, whose files do not change. */
    @ParameterizedTest
    @MethodSource("models")
    void whatIsStatedIsOfACommit(Catalog.Model model) {
        assertThat(model.name()).matches("[a-z0-9][a-z0-9.-]*").hasSizeLessThanOrEqualTo(20);
        assertThat(HubCache.isRepository(model.repository())).isTrue();
        assertThat(model.license()).isNotBlank();
        assertThat(model.isPinned()).isEqualTo(!model.revision().equals("main"));
        assertThat(model.files()).extracting(Catalog.RemoteFile::name).doesNotHaveDuplicates();
        for (Catalog.RemoteFile file : model.files()) {
            if (!model.isPinned()) {
                assertThat(file).isEqualTo(new Catalog.RemoteFile(file.name(), null, null));
            }
            if (file.sha256() != null) {
                assertThat(file.sha256()).matches("[0-9a-f]{64}");
            }
        }
        long weights = Precision.FP32.weightBytes(model.config());
        // A position more for each of OPT's two that are never used.
        assertThat(weights)
                .isBetween(
                        4 * model.config().parameters()
                                - 4L * 2 * model.config().width(),
                        5 * model.config().parameters());
    }

    /** The listed files, and they only, make it whole: as the cache is read, and as it is told what lacks. */
    @ParameterizedTest
    @MethodSource("models")
    void itsFilesMakeItWhole(Catalog.Model model) throws IOException {
        List<String> names =
                model.files().stream().map(Catalog.RemoteFile::name).toList();
        assertThat(names).contains(Checkpoint.CONFIG).containsAnyElementsOf(Checkpoint.WEIGHTS);
        assertThat(names).containsAnyElementsOf(ModelFiles.TOKENIZERS);
        String commit = model.isPinned() ? model.revision() : "1".repeat(40);
        Path repository = cache.resolve("models--" + model.repository().replace("/", "--"));
        Path snapshot = Files.createDirectories(repository.resolve("snapshots/" + commit));
        Files.createDirectories(repository.resolve("refs"));
        Files.writeString(repository.resolve("refs/main"), commit);
        Map<String, String> environment = Map.of("HF_HUB_CACHE", cache.toString());
        for (String name : names) {
            Files.writeString(
                    snapshot.resolve(name),
                    name.endsWith(".index.json")
                            ? "{\"weight_map\": {\"a\": \"pytorch_model-00001-of-00002.bin\","
                                    + " \"b\": \"pytorch_model-00002-of-00002.bin\"}}"
                            : "{}");
        }
        assertThat(Models.missing(model.name(), environment)).isEmpty();
        assertThat(Models.cached(model.name(), environment)).contains(snapshot);
        assertThat(ModelFiles.hasTokenizer(snapshot)).isTrue();
        List<String> tokenizer =
                names.stream().filter(ModelFiles.TOKENIZERS::contains).toList();
        for (String file : tokenizer) {
            Files.delete(snapshot.resolve(file));
        }
        assertThat(Models.missing(model.name(), environment)).isEqualTo(tokenizer);
        assertThat(ModelFiles.hasTokenizer(snapshot)).isFalse();
    }
}
