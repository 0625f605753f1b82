package io.github.gpt2djl.internal.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.gpt2djl.DownloadProgress;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.testing.TestCheckpoint;
import io.github.gpt2djl.testing.TestHub;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Caches as broken downloads, Python's tools and users leave them: looked at, and completed. */
class HalfMadeCacheTest {
    private static final String PINNED = "607a30d783dfa663caf39e06633721c8d4cfcd7e";
    private static final String ORGANISATION = "models--openai-community--gpt2";
    /** Nothing can be made whole there before the file is removed. */
    private static final Set<String> BLOCKED = Set.of("the folder is a file", "snapshots is a file");

    private static final Retry QUICK =
            new Retry(1, Duration.ofMillis(20), Duration.ofSeconds(3), Duration.ofSeconds(2));

    @TempDir
    Path cache;

    /** What make_hub_references.py wrote: trees, and in which of their snapshots huggingface_hub finds all files. */
    static List<Named<JsonObject>> caches() throws IOException {
        return JsonParser.parseString(Files.readString(Path.of("src/test/resources/reference/hub/caches.json")))
                .getAsJsonArray()
                .asList()
                .stream()
                .map(JsonElement::getAsJsonObject)
                .map(each -> Named.of(each.get("name").getAsString(), each))
                .toList();
    }

    /** What huggingface_hub takes is taken; where it takes none, the only whole one or the pinned one is. */
    @ParameterizedTest
    @MethodSource("caches")
    void aLookUpFindsWhatPythonFinds(JsonObject reference) throws IOException {
        build(reference, ORGANISATION, PINNED);
        JsonElement byPython = reference.get("huggingface_hub");
        List<String> whole = reference.getAsJsonArray("whole").asList().stream()
                .map(JsonElement::getAsString)
                .toList();
        String expected = !byPython.isJsonNull()
                ? byPython.getAsString()
                : whole.stream()
                        .filter(folder -> whole.size() == 1 || folder.endsWith(PINNED))
                        .findFirst()
                        .orElse(null);
        for (String name : List.of("gpt2", "openai-community/gpt2")) {
            CachedModel found = CachedModel.find(new HubCache(cache), ModelName.parse(name));
            assertThat(found.isWhole()).isEqualTo(expected != null);
            assertThat(Models.cached(name, environment()).filter(folder -> found.isWhole()))
                    .isEqualTo(expected == null ? Optional.empty() : Optional.of(cache.resolve(expected)));
            if (expected == null) {
                assertThatThrownBy(() -> Models.folder(name, environment()))
                        .isInstanceOf(FileNotFoundException.class)
                        .hasMessageContaining("\"download " + name + "\"");
            }
        }
    }

    /** The same trees for a model on a server: what is missing is fetched, whatever was there. */
    @ParameterizedTest
    @MethodSource("caches")
    void aDownloadCompletesIt(JsonObject reference) throws IOException {
        build(reference, "models--someone--tiny", TestHub.COMMIT);
        Path published = TestCheckpoint.tiny().write(cache.resolve("published"));
        try (TestHub server = new TestHub()) {
            for (String file : List.of("config.json", "model.safetensors")) {
                server.with("someone/tiny", file, Files.readAllBytes(published.resolve(file)));
            }
            server.with("someone/tiny", "tokenizer.json", "{}".getBytes());
            Catalog.Model model = new Catalog.Model(
                    "tiny",
                    "someone/tiny",
                    TestHub.COMMIT,
                    "mit",
                    TestCheckpoint.tiny().config(),
                    List.of(
                            new Catalog.RemoteFile("config.json", null, null),
                            new Catalog.RemoteFile("model.safetensors", null, null),
                            new Catalog.RemoteFile("tokenizer.json", null, null)));
            Hub hub = new Hub(new HubSettings(server.endpoint(), cache, null, false), DownloadProgress.NONE, QUICK);
            if (BLOCKED.contains(reference.get("name").getAsString())) {
                assertThatThrownBy(() -> hub.download(model))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("models--someone--tiny");
                return;
            }
            Path catalogued = hub.download(model);
            assertThat(ModelFiles.missing(catalogued, List.of("tokenizer.json")))
                    .isEmpty();
            Path probed = hub.download("someone/tiny", null);
            assertThat(ModelFiles.missing(probed, List.of("tokenizer.json"))).isEmpty();
            assertThat(hub.ensure("someone/tiny")).exists();
            if (!Files.isDirectory(cache.resolve("models--someone--tiny/refs/main"))) {
                assertThat(new HubCache(cache).at("someone/tiny", "main"))
                        .as("Python finds it")
                        .isPresent();
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "config.json | model.safetensors, tokenizer.json",
                "config.json tokenizer.json | model.safetensors",
                "model.safetensors tokenizer.json | config.json",
                "tokenizer_config.json | config.json, model.safetensors, tokenizer.json",
                "config.json model.safetensors vocab.json | merges.txt",
                "config.json model.safetensors merges.txt | vocab.json",
                "config.json model.safetensors.index.json tokenizer.json | model-2.safetensors",
            })
    void whatIsMissingIsTold(String present, String missing) throws IOException {
        Path snapshot = Files.createDirectories(cache.resolve(ORGANISATION + "/snapshots/" + PINNED));
        for (String file : present.split(" ")) {
            Files.writeString(
                    snapshot.resolve(file),
                    file.endsWith(".index.json")
                            ? "{\"weight_map\": {\"a\": \"config.json\", \"b\": \"model-2.safetensors\"}}"
                            : "{}");
        }
        assertThat(String.join(", ", Models.missing("gpt2", environment()))).isEqualTo(missing);
        assertThat(Models.cached("gpt2", environment())).isEmpty();
        assertThatThrownBy(() -> Models.open("gpt2", environment()))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessage("model gpt2 is on this machine only in part: " + snapshot + " lacks " + missing
                        + ". Get the rest with the command \"download gpt2\", in Java with ModelSource.download()");
    }

    /** As transformers' AutoModel does; text is not possible then, ids are. */
    @Test
    void aModelWithoutItsTokenizerLoadsAndIsToldAsIncomplete() throws IOException {
        Path snapshot = TestCheckpoint.tiny().write(cache.resolve(ORGANISATION + "/snapshots/" + PINNED));
        assertThat(Models.missing("gpt2", environment())).containsExactly("tokenizer.json");
        assertThat(Models.cached("gpt2", environment())).contains(snapshot);
        try (Checkpoint loaded = Models.open("gpt2", environment())) {
            assertThat(loaded.tokenizer()).isNull();
        }
    }

    /** Other repositories may have none. */
    @Test
    void aRepositoryWithoutATokenizerIsWhole() throws IOException {
        Path snapshot = TestCheckpoint.tiny().write(cache.resolve("models--a--b/snapshots/" + PINNED));
        assertThat(Models.missing("a/b", environment())).isEmpty();
        assertThat(Models.cached("a/b", environment())).contains(snapshot);
    }

    @Test
    void anAdapterIsWhole() throws IOException {
        Path snapshot = Files.createDirectories(cache.resolve("models--a--lora/snapshots/" + PINNED));
        Files.writeString(snapshot.resolve("adapter_config.json"), "{}");
        assertThat(Models.missing("a/lora", environment())).containsExactly("adapter_model.safetensors");
        Files.writeString(snapshot.resolve("adapter_model.bin"), "");
        assertThat(Models.folder("a/lora", environment())).isEqualTo(snapshot);
    }

    @Test
    void aDamagedIndexOfOneSnapshotHidesNoOther() throws IOException {
        Path snapshot = Files.createDirectories(cache.resolve(ORGANISATION + "/snapshots/" + PINNED));
        Files.writeString(snapshot.resolve("config.json"), "{}");
        Files.writeString(snapshot.resolve("model.safetensors.index.json"), "{");
        assertThat(Models.missing("gpt2", environment()))
                .containsExactly("model.safetensors.index.json (damaged)", "tokenizer.json");
        Path other = TestCheckpoint.tiny().write(cache.resolve(ORGANISATION + "/snapshots/" + "1".repeat(40)));
        Files.writeString(other.resolve("tokenizer.json"), "{}");
        assertThat(Models.cached("gpt2", environment())).contains(other);
    }

    /** Of two that are whole none is guessed; Python finds none, either. */
    @Test
    void severalWithoutARefAreTold() throws IOException {
        for (String commit : List.of("1", "2")) {
            TestCheckpoint.tiny().write(cache.resolve("models--a--b/snapshots/" + commit.repeat(40)));
        }
        assertThat(Models.cached("a/b", environment())).isEmpty();
        assertThatThrownBy(() -> Models.folder("a/b", environment()))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("holds 2 commits, and refs/main names none of them; name the folder of one");
    }

    /** A link that leads out of the cache is not followed, and hides no good snapshot; alone it is told. */
    @Test
    void aLinkOutOfTheCacheHidesNoOther() throws IOException {
        Path outside = TestCheckpoint.tiny().write(cache.resolve("outside"));
        Path inner = Files.createDirectories(cache.resolve("cache"));
        Path snapshots = Files.createDirectories(inner.resolve(ORGANISATION + "/snapshots"));
        Files.createSymbolicLink(snapshots.resolve(PINNED), outside);
        Map<String, String> environment = Map.of("HF_HUB_CACHE", inner.toString());
        assertThatThrownBy(() -> Models.cached("gpt2", environment)).hasMessageContaining("outside of the cache");
        Path good = TestCheckpoint.tiny().write(snapshots.resolve("1".repeat(40)));
        assertThat(Models.cached("gpt2", environment)).contains(good);
    }

    private Map<String, String> environment() {
        return Map.of("HF_HUB_CACHE", cache.toString());
    }

    /** Writes a tree: texts, links, and folders where there is null. */
    private void build(JsonObject reference, String folder, String commit) throws IOException {
        for (Map.Entry<String, JsonElement> each :
                reference.getAsJsonObject("tree").entrySet()) {
            Path path =
                    cache.resolve(each.getKey().replace(ORGANISATION, folder).replace(PINNED, commit));
            JsonElement content = each.getValue();
            Files.createDirectories(content.isJsonNull() ? path : path.getParent());
            if (content.isJsonObject()) {
                Files.createSymbolicLink(
                        path, Path.of(content.getAsJsonObject().get("link").getAsString()));
            } else if (!content.isJsonNull()) {
                Files.writeString(path, content.getAsString());
            }
        }
    }
}
