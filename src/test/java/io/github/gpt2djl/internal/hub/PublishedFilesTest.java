package io.github.gpt2djl.internal.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.gpt2djl.DownloadException;
import io.github.gpt2djl.DownloadProgress;
import io.github.gpt2djl.testing.TestCheckpoint;
import io.github.gpt2djl.testing.TestHub;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All files that transformers reads of a model are fetched, and what does not exist is asked for once. */
class PublishedFilesTest {
    private static final String REPOSITORY = "someone/tiny";
    private static final List<String> BESIDE = List.of(
            "generation_config.json",
            "tokenizer.json",
            "vocab.json",
            "merges.txt",
            "vocab.txt",
            "spiece.model",
            "tokenizer.model",
            "sentencepiece.bpe.model",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "chat_template.jinja");
    private static final Retry QUICK =
            new Retry(2, Duration.ofMillis(20), Duration.ofSeconds(3), Duration.ofSeconds(2));

    @TempDir
    Path cache;

    private final List<String> notes = new ArrayList<>();
    private final TestHub server = server();
    private byte[] weights;

    private static TestHub server() {
        try {
            return new TestHub();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void publish() throws IOException {
        Path published = TestCheckpoint.tiny().write(cache.resolve("published"));
        weights = Files.readAllBytes(published.resolve("model.safetensors"));
        server.with(REPOSITORY, "config.json", Files.readAllBytes(published.resolve("config.json")))
                .with(REPOSITORY, "model.safetensors", weights);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void allOfThemAreFetchedBeforeTheWeights(boolean catalogued) throws IOException {
        for (String file : BESIDE) {
            server.with(REPOSITORY, file, file.getBytes(StandardCharsets.UTF_8));
        }
        Path found = catalogued ? hub().download(model()) : hub().download(REPOSITORY, null);
        for (String file : BESIDE) {
            assertThat(found.resolve(file)).hasContent(file);
        }
        assertThat(server.requests.get(server.requests.size() - 1).uri().getPath())
                .endsWith("model.safetensors");
        server.requests.clear();
        hub().ensure(REPOSITORY);
        assertThat(server.requests).isEmpty();
    }

    /** The same files in the same places as huggingface_hub's, for the same answers: make_hub_references.py. */
    @Test
    void theCacheIsTheOneThatPythonWrites() throws IOException {
        JsonObject reference = JsonParser.parseString(
                        Files.readString(Path.of("src/test/resources/reference/hub/downloads.json")))
                .getAsJsonObject();
        reference.getAsJsonObject("published").asMap().forEach((file, text) -> {
            byte[] bytes = text.getAsString().getBytes(StandardCharsets.UTF_8);
            server.with("someone/other", file, bytes).etag("someone/other", file, TestHub.gitId(bytes));
        });
        HubFiles files = new HubFiles(settings(false), new HubCache(cache), DownloadProgress.NONE, QUICK);
        String commit = files.fetch("someone/other", "main", new Catalog.RemoteFile("config.json", null, null));
        for (JsonElement asked : reference.getAsJsonArray("asked")) {
            files.fetchIfPresent("someone/other", commit, asked.getAsString());
        }
        new HubCache(cache).setRef("someone/other", "main", commit);
        assertThat(tree("models--someone--other"))
                .isEqualTo(new TreeMap<>(JsonParser.parseString(reference
                                .getAsJsonObject("cache")
                                .toString()
                                .replace("1".repeat(40), TestHub.COMMIT)
                                .replace("models--someone--tiny", "models--someone--other"))
                        .getAsJsonObject()
                        .asMap()));
    }

    @Test
    void whatDoesNotExistIsAskedForOnce() throws IOException {
        Path found = hub().download(REPOSITORY, null);
        assertThat(cache.resolve("models--someone--tiny/.no_exist/" + TestHub.COMMIT))
                .isDirectoryContaining(path -> path.endsWith("tokenizer.json"))
                .isDirectoryContaining(path -> path.endsWith("generation_config.json"));
        server.requests.clear();
        assertThat(hub().ensure(REPOSITORY)).isEqualTo(found);
        assertThat(server.requests).as("a model without a tokenizer").isEmpty();
        hub().download(REPOSITORY, null);
        assertThat(server.requests).as("where main is now").hasSize(1);
        server.requests.clear();
        hub().download(REPOSITORY, TestHub.COMMIT);
        assertThat(server.requests).as("of a commit all is known").isEmpty();
    }

    /** A mirror's 404 may be of another kind, such as of a page that is away. */
    @Test
    void onlyTheHubsWordCounts() throws IOException {
        hub().download(REPOSITORY, null);
        Path absent = cache.resolve("models--someone--tiny/.no_exist/" + TestHub.COMMIT);
        Files.delete(absent.resolve("added_tokens.json"));
        server.hubFaults.add(TestHub.status(404));
        hub().download(REPOSITORY, TestHub.COMMIT);
        assertThat(absent.resolve("added_tokens.json")).doesNotExist();
    }

    /** With its tokenizer, where PEFT saved one; transformers asks for adapter_config.json before all else. */
    @ParameterizedTest
    @ValueSource(strings = {"adapter_model.safetensors", "adapter_model.bin"})
    void anAdapterIsFetched(String form) throws IOException {
        for (String file : List.of("adapter_config.json", form, "tokenizer.json")) {
            server.with("someone/lora", file, file.getBytes(StandardCharsets.UTF_8));
        }
        Path found = hub().ensure("someone/lora");
        assertThat(found).isDirectoryContaining(path -> path.endsWith(form));
        assertThat(found.resolve("tokenizer.json")).exists();
        server.requests.clear();
        assertThat(hub().ensure("someone/lora")).isEqualTo(found);
        assertThat(server.requests).isEmpty();
    }

    @Test
    void aRepositoryWithoutAnyConfigurationIsTold() {
        server.with("someone/data", "README.md", new byte[1]);
        assertThatThrownBy(() -> hub().download("someone/data", null))
                .hasMessageContaining(
                        "/someone/data/resolve/main/config.json answered 404: the model has no such file");
    }

    /** As an earlier version left it: the catalog's files and no others. */
    @Test
    void anEarlierDownloadStaysWholeAndGetsTheOthersOnce() throws IOException {
        Path found = earlier();
        server.with(REPOSITORY, "generation_config.json", "{}".getBytes(StandardCharsets.UTF_8));
        assertThat(hub().download(model())).isEqualTo(found);
        assertThat(found.resolve("generation_config.json")).hasContent("{}");
        assertThat(server.at(true)).as("not the weights").isEmpty();
        server.requests.clear();
        hub().download(model());
        assertThat(server.requests).isEmpty();
    }

    @Test
    void anEarlierDownloadNeedsNoNetwork() throws IOException {
        Path found = earlier();
        server.close();
        assertThat(hub().download(model())).isEqualTo(found);
        assertThat(notes).anyMatch(note -> note.contains("the model is whole; the files beside it"));
        assertThat(new Hub(settings(true), DownloadProgress.NONE, QUICK).download(model()))
                .isEqualTo(found);
    }

    /** Python's AutoModel fetches no tokenizer, and leaves no word of whether there is one. */
    @Test
    void aTokenizerThatMayExistIsFetchedWithTheNetworkAndNotMissedWithout() throws IOException {
        Path found = earlier();
        assertThat(new Hub(settings(true), DownloadProgress.NONE, QUICK).ensure(REPOSITORY))
                .isEqualTo(found);
        server.with(REPOSITORY, "tokenizer.json", "{}".getBytes(StandardCharsets.UTF_8));
        assertThat(hub().ensure(REPOSITORY).resolve("tokenizer.json")).exists();
        Files.delete(found.resolve("tokenizer.json"));
        server.close();
        assertThat(hub().ensure(REPOSITORY)).isEqualTo(found);
        assertThat(notes).anyMatch(note -> note.startsWith("without a tokenizer, which could not be fetched: "));
    }

    @Test
    void offlineAWholeSnapshotIsGivenAndMissingFilesAreNamed() throws IOException {
        Path found = hub().download(REPOSITORY, "v1");
        hub().download(REPOSITORY, "main");
        server.requests.clear();
        Hub offline = new Hub(settings(true), DownloadProgress.NONE, QUICK);
        for (String revision : new String[] {null, "main", "v1", TestHub.COMMIT}) {
            assertThat(offline.download(REPOSITORY, revision)).isEqualTo(found);
        }
        assertThat(offline.ensure(REPOSITORY)).isEqualTo(found);
        assertThatThrownBy(() -> offline.download(REPOSITORY, "v2"))
                .hasMessageContaining("someone/tiny@v2 is not in " + cache.resolve("models--someone--tiny"));
        Files.delete(found.resolve("model.safetensors"));
        for (String revision : new String[] {null, "v1"}) {
            assertThatThrownBy(() -> offline.download(REPOSITORY, revision))
                    .isInstanceOf(DownloadException.class)
                    .hasMessageStartingWith(
                            "HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE forbids the network, and " + REPOSITORY)
                    .hasMessageContaining(" lacks model.safetensors in " + found);
        }
        assertThat(server.requests).isEmpty();
    }

    @Test
    void aRefThatCannotBeWrittenIsToldAndCostsNothing() throws IOException {
        Files.createDirectories(cache.resolve("models--someone--tiny/refs/main"));
        Path found = hub().download(REPOSITORY, null);
        assertThat(found.getFileName()).hasToString(TestHub.COMMIT);
        assertThat(found.resolve("model.safetensors")).isNotEmptyFile();
        assertThat(notes).anyMatch(note -> note.contains("refs/main of someone/tiny could not be written"));
    }

    @Test
    void noWordOfWhatDoesNotExistLeavesTheCache() throws IOException {
        Path outside = Files.createDirectories(cache.resolve("outside"));
        Path inner = Files.createDirectories(cache.resolve("cache/models--someone--tiny"));
        Files.createSymbolicLink(inner.resolve(".no_exist"), outside);
        assertThatThrownBy(() -> new Hub(
                                new HubSettings(server.endpoint(), cache.resolve("cache"), null, false),
                                DownloadProgress.NONE,
                                QUICK)
                        .download(REPOSITORY, null))
                .hasMessageContaining("outside of the cache");
        assertThat(outside).isEmptyDirectory();
    }

    /** The catalog's files are here, and nothing is known of others. */
    private Path earlier() throws IOException {
        Path found = hub().download(model());
        try (Stream<Path> absent = Files.list(cache.resolve("models--someone--tiny/.no_exist/" + TestHub.COMMIT))) {
            for (Path file : absent.toList()) {
                Files.delete(file);
            }
        }
        server.requests.clear();
        return found;
    }

    private Catalog.Model model() {
        return new Catalog.Model(
                "tiny",
                REPOSITORY,
                TestHub.COMMIT,
                "mit",
                TestCheckpoint.tiny().config(),
                List.of(
                        new Catalog.RemoteFile("config.json", null, null),
                        new Catalog.RemoteFile("model.safetensors", null, TestHub.sha256(weights))));
    }

    private Map<String, JsonElement> tree(String under) throws IOException {
        JsonObject tree = new JsonObject();
        try (Stream<Path> all = Files.walk(cache.resolve(under))) {
            for (Path path : all.toList()) {
                String name = cache.relativize(path).toString();
                if (Files.isSymbolicLink(path)) {
                    JsonObject link = new JsonObject();
                    link.addProperty("link", Files.readSymbolicLink(path).toString());
                    tree.add(name, link);
                } else if (Files.isRegularFile(path)) {
                    tree.addProperty(name, Files.readString(path));
                }
            }
        }
        return new TreeMap<>(tree.asMap());
    }

    private HubSettings settings(boolean offline) {
        return new HubSettings(server.endpoint(), cache, null, offline);
    }

    private Hub hub() {
        DownloadProgress progress = new DownloadProgress() {
            @Override
            public void note(String message) {
                notes.add(message);
            }
        };
        return new Hub(settings(false), progress, QUICK);
    }
}
