package io.github.gpt2djl.internal.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.DownloadException;
import io.github.gpt2djl.DownloadProgress;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.testing.TestCheckpoint;
import io.github.gpt2djl.testing.TestHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Downloads from a server on this machine, on a good network and on bad ones. */
class HubTest {
    private static final String REPOSITORY = "someone/tiny";
    private static final Retry QUICK =
            new Retry(3, Duration.ofMillis(20), Duration.ofSeconds(3), Duration.ofSeconds(2));

    @TempDir
    Path folder;

    private final List<String> notes = new ArrayList<>();
    private TestHub server;
    private Path cache;
    private byte[] weights;

    @BeforeEach
    void publish() throws IOException {
        Path published = TestCheckpoint.tiny().write(folder.resolve("published"));
        weights = Files.readAllBytes(published.resolve("model.safetensors"));
        server = new TestHub()
                .with(REPOSITORY, "config.json", Files.readAllBytes(published.resolve("config.json")))
                .with(REPOSITORY, "model.safetensors", weights);
        cache = folder.resolve("cache/hub");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void fillsTheCacheAsPythonsToolsDo() throws IOException {
        Path found = download(REPOSITORY);
        Path repository = cache.resolve("models--someone--tiny");
        assertThat(found).isEqualTo(repository.resolve("snapshots").resolve(TestHub.COMMIT));
        assertThat(repository.resolve("refs/main")).hasContent(TestHub.COMMIT);
        Path link = found.resolve("model.safetensors");
        assertThat(Files.readSymbolicLink(link)).isEqualTo(Path.of("../../blobs", TestHub.sha256(weights)));
        assertThat(link).hasBinaryContent(weights);
        assertThat(files(repository.resolve("blobs"))).hasSize(2).noneMatch(name -> name.endsWith(".part"));
        try (Checkpoint model = Models.open(REPOSITORY, Map.of("HF_HUB_CACHE", cache.toString()))) {
            assertThat(model.config()).isEqualTo(TestCheckpoint.tiny().config());
        }
    }

    @Test
    void asksOnlyForWhatIsMissing() throws IOException {
        download(REPOSITORY);
        server.requests.clear();
        download(REPOSITORY);
        assertThat(server.at(true)).isEmpty();
        assertThat(server.requests).extracting(TestHub.Request::method).containsOnly("HEAD");
    }

    @Test
    void aModelThatIsHereNeedsNoNetwork() throws IOException {
        Path found = hub().ensure(REPOSITORY);
        server.requests.clear();
        assertThat(hub().ensure(REPOSITORY)).isEqualTo(found);
        assertThat(server.requests).isEmpty();
        Files.delete(found.resolve("model.safetensors"));
        assertThat(hub().ensure(REPOSITORY).resolve("model.safetensors")).hasBinaryContent(weights);
    }

    @Test
    void aMissingShardIsFetched() throws IOException {
        String index = "{\"weight_map\": {\"a\": \"model-00001-of-00001.safetensors\"}}";
        server.with("someone/sharded", "config.json", "{}".getBytes())
                .with("someone/sharded", "model.safetensors.index.json", index.getBytes())
                .with("someone/sharded", "model-00001-of-00001.safetensors", weights);
        Path found = hub().ensure("someone/sharded");
        Files.delete(found.resolve("model-00001-of-00001.safetensors"));
        assertThat(hub().ensure("someone/sharded").resolve("model-00001-of-00001.safetensors"))
                .exists();
    }

    @Test
    void followsARenamedRepositoryAndKeepsTheTokenAtItsHost() throws IOException {
        server.rename("former/name", REPOSITORY);
        HubSettings settings = new HubSettings(server.endpoint(), cache, "hf_secret", false);
        new Hub(settings, progress(), QUICK).download("former/name", null);
        assertThat(server.at(false)).extracting(TestHub.Request::token).containsOnly("Bearer hf_secret");
        assertThat(server.at(true))
                .isNotEmpty()
                .extracting(TestHub.Request::token)
                .containsOnlyNulls();
        assertThat(cache.resolve("models--former--name/snapshots")
                        .resolve(TestHub.COMMIT)
                        .resolve("config.json"))
                .exists();
    }

    @Test
    void goesOnWhereTheConnectionBroke() throws IOException {
        server.faults.add(TestHub.cutAfter(5000));
        server.faults.add(TestHub.cutAfter(3000));
        assertThat(download(REPOSITORY).resolve("model.safetensors")).hasBinaryContent(weights);
        assertThat(server.at(true))
                .extracting(TestHub.Request::range)
                .containsExactly(null, "bytes=5000-", "bytes=8000-");
        assertThat(notes).anyMatch(note -> note.contains("model.safetensors: the connection"));
    }

    @Test
    void givesUpAfterSomeAttemptsThatBringNothingAndKeepsWhatHasArrived() throws IOException {
        server.faults.add(TestHub.cutAfter(5000));
        for (int i = 0; i < 3; i++) {
            server.faults.add(TestHub.status(503));
        }
        assertThatThrownBy(() -> download(REPOSITORY))
                .isInstanceOf(DownloadException.class)
                .hasMessageContaining("answered 503")
                .hasMessageContaining("what has arrived is kept");
        assertThat(partial()).hasSize(5000);
        assertThat(download(REPOSITORY).resolve("model.safetensors")).hasBinaryContent(weights);
    }

    @Test
    void aServerThatIgnoresRangesStartsOver() throws IOException {
        server.faults.add(TestHub.cutAfter(5000));
        server.ranges = false;
        assertThat(download(REPOSITORY).resolve("model.safetensors")).hasBinaryContent(weights);
    }

    @Test
    void aPartThatIsLongerThanTheFileIsDropped() throws IOException {
        Files.createDirectories(partial().getParent());
        Files.write(partial(), new byte[weights.length + 7]);
        assertThat(download(REPOSITORY).resolve("model.safetensors")).hasBinaryContent(weights);
    }

    @Test
    void aRefusedRangeStartsOver() throws IOException {
        Files.createDirectories(partial().getParent());
        Files.write(partial(), new byte[10]);
        server.faults.add(TestHub.status(416, "Content-Range", "bytes */3"));
        assertThat(download(REPOSITORY).resolve("model.safetensors")).hasBinaryContent(weights);
    }

    @Test
    void damagedBytesAreRemovedAndNeverGetTheName() throws IOException {
        server.faults.add(TestHub.wrongBytes());
        assertThatThrownBy(() -> download(REPOSITORY))
                .isInstanceOf(DownloadException.class)
                .hasMessageContaining("model.safetensors arrived with the SHA-256")
                .hasMessageContaining("expected " + TestHub.sha256(weights))
                .hasMessageContaining("removed, download it again");
        assertThat(partial()).doesNotExist();
        assertThat(cache.resolve("models--someone--tiny/blobs").resolve(TestHub.sha256(weights)))
                .doesNotExist();
        assertThat(download(REPOSITORY).resolve("model.safetensors")).hasBinaryContent(weights);
    }

    @Test
    void damagedSmallFilesAreFoundByGitsId() {
        server.etag(REPOSITORY, "config.json", "0".repeat(40));
        assertThatThrownBy(() -> download(REPOSITORY)).hasMessageContaining("config.json arrived with the SHA-1");
    }

    /** All takes longer than a connection may bring nothing, and no pause does. */
    @Test
    void slowIsNotStalled() throws IOException {
        server.faults.add(TestHub.drip(weights.length / 8, 300));
        assertThat(download(REPOSITORY).resolve("model.safetensors")).hasBinaryContent(weights);
        assertThat(server.at(true)).hasSize(1);
    }

    @Test
    void aConnectionThatBringsNothingIsGivenUp() throws IOException {
        server.faults.add(TestHub.stallAfter(4000));
        assertThat(download(REPOSITORY).resolve("model.safetensors")).hasBinaryContent(weights);
        assertThat(server.at(true)).extracting(TestHub.Request::range).containsExactly(null, "bytes=4000-");
        assertThat(notes).anyMatch(note -> note.contains("no bytes for"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "401 | answered 401: there is no such model, or it is private; check the name, or set HF_TOKEN",
                "403 | answered 403: the model is gated",
                "404 | answered 404: there is no such model",
                "400 | answered 400: expected 200"
            })
    void finalAnswersSayWhatToDo(int status, String message) {
        server.hubFaults.add(TestHub.status(status));
        assertThatThrownBy(() -> download(REPOSITORY))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(message);
        assertThat(server.requests).hasSize(1);
    }

    @Test
    void busyServersAreAskedAgainWhenTheySay() throws IOException {
        server.hubFaults.add(TestHub.status(429, "Retry-After", "1"));
        server.hubFaults.add(TestHub.status(503));
        long start = System.nanoTime();
        download(REPOSITORY);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(1));
        assertThat(notes).anyMatch(note -> note.contains("429, too many requests; next attempt in 1 s"));
    }

    @Test
    void aWaitThatIsTooLongIsLeftToTheUser() {
        server.hubFaults.add(TestHub.status(429, "Retry-After", "3600"));
        assertThatThrownBy(() -> download(REPOSITORY)).hasMessageContaining("try again in 3600 s");
    }

    @Test
    void aModelThatDoesNotFitIsNotBegun() {
        server.announced = Long.MAX_VALUE / 2;
        assertThatThrownBy(() -> download(REPOSITORY))
                .isInstanceOf(DownloadException.class)
                .hasMessageContaining("model.safetensors needs")
                .hasMessageContaining("make room or set HF_HUB_CACHE");
    }

    @Test
    void moreBytesThanAnnouncedAreRefused() {
        server.announced = 2000;
        assertThatThrownBy(() -> download(REPOSITORY)).hasMessageContaining("sends more than the 2000 bytes");
    }

    @Test
    void offlineForbidsTheNetwork() {
        HubSettings settings = new HubSettings(server.endpoint(), cache, null, true);
        assertThatThrownBy(() -> new Hub(settings, progress(), QUICK).download(REPOSITORY, null))
                .isInstanceOf(DownloadException.class)
                .hasMessageContaining("HF_HUB_OFFLINE");
        assertThat(server.requests).isEmpty();
    }

    @Test
    void aServerThatIsNotThereIsNamed() {
        server.close();
        assertThatThrownBy(() -> download(REPOSITORY))
                .isInstanceOf(DownloadException.class)
                .hasMessageContaining("no connection")
                .hasMessageContaining("gave up after 3 attempts");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../evil",
                "a/../b",
                "/etc/passwd",
                "a/b/c",
                "a",
                "a/b..c",
                "a/.b",
                "a/b--c",
                "a/b\\c",
                "a/b%2f",
                "a/ b",
                ""
            })
    void namesThatAreNoRepositoryAreRejected(String name) {
        assertThatThrownBy(() -> download(name)).isInstanceOf(IllegalArgumentException.class);
        assertThat(server.requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../main", "a..b", "/x", "", "a b"})
    void revisionsThatAreNoneAreRejected(String revision) {
        assertThatThrownBy(() -> hub().download(REPOSITORY, revision)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../../evil", "a/b", ""})
    void etagsThatCouldLeaveTheCacheAreRejected(String etag) throws IOException {
        server.etag(REPOSITORY, "model.safetensors", etag);
        assertThatThrownBy(() -> download(REPOSITORY)).isInstanceOf(DownloadException.class);
        assertThat(files(folder)).noneMatch(name -> name.contains("evil"));
    }

    @Test
    void shardsThatCouldLeaveTheCacheAreRejected() throws IOException {
        TestHub sharded = server.with("someone/sharded", "config.json", "{}".getBytes())
                .with(
                        "someone/sharded",
                        "model.safetensors.index.json",
                        "{\"weight_map\": {\"wte.weight\": \"../../../evil\"}}".getBytes());
        assertThatThrownBy(() -> download("someone/sharded"))
                .isInstanceOf(DownloadException.class)
                .hasMessageContaining("names the file \"../../../evil\"");
        assertThat(sharded.requests).noneMatch(r -> r.uri().toString().contains("evil"));
    }

    @Test
    void linksThatLeaveTheCacheAreRejected() throws IOException {
        Path outside = Files.createDirectories(folder.resolve("outside"));
        Files.createDirectories(cache);
        Files.createSymbolicLink(cache.resolve("models--someone--tiny"), outside);
        assertThatThrownBy(() -> download(REPOSITORY))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("outside of the cache");
        assertThat(files(outside)).isEmpty();

        Path snapshot =
                Files.createDirectories(cache.resolve("models--a--b/snapshots").resolve(TestHub.COMMIT));
        Files.writeString(outside.resolve("config.json"), "{}");
        Files.createSymbolicLink(snapshot.resolve("config.json"), outside.resolve("config.json"));
        assertThatThrownBy(() -> Models.open("a/b", Map.of("HF_HUB_CACHE", cache.toString())))
                .hasMessageContaining("outside of the cache");
    }

    @Test
    void fetchesShardsAndTheOlderTokenizersFiles() throws IOException {
        String index =
                "{\"weight_map\": {\"a\": \"pytorch_model-00001-of-00002.bin\", \"b\": \"pytorch_model-00002-of-00002.bin\"}}";
        for (String file : List.of(
                "config.json",
                "pytorch_model-00001-of-00002.bin",
                "pytorch_model-00002-of-00002.bin",
                "vocab.json",
                "merges.txt")) {
            server.with("someone/sharded", file, file.getBytes());
        }
        server.with("someone/sharded", "pytorch_model.bin.index.json", index.getBytes());
        assertThat(files(download("someone/sharded"))).hasSize(6);
    }

    @Test
    void saysWhatARepositoryWithoutWeightsLacks() {
        server.with("someone/empty", "config.json", "{}".getBytes());
        assertThatThrownBy(() -> download("someone/empty")).hasMessageContaining("has none of model.safetensors");
    }

    @Test
    void aCataloguedModelIsPinnedAndVerified() throws IOException {
        Catalog.Model model = model(TestHub.sha256(weights));
        Path found = hub().download(model);
        assertThat(cache.resolve("models--someone--tiny/refs/main")).hasContent(TestHub.COMMIT);
        assertThat(server.requests)
                .isNotEmpty()
                .allMatch(r -> !r.uri().toString().contains("/main/"));
        server.requests.clear();
        assertThat(hub().download(model)).isEqualTo(found);
        assertThat(server.requests).as("asks nobody when all is here").isEmpty();
    }

    @Test
    void aCataloguedModelThatIsNotThePublishedOneIsRemoved() {
        assertThatThrownBy(() -> hub().download(model("ab".repeat(32))))
                .isInstanceOf(DownloadException.class)
                .hasMessageContaining("expected abab");
    }

    @Test
    void anInterruptEndsItAtOnce() throws Exception {
        server.faults.add(TestHub.stallAfter(4000));
        List<Throwable> thrown = new ArrayList<>();
        Retry patient = new Retry(3, Duration.ofMillis(20), Duration.ofMinutes(5), Duration.ofMinutes(5));
        CountDownLatch begun = new CountDownLatch(1);
        DownloadProgress progress = new DownloadProgress() {
            @Override
            public void advanced(String file, long done) {
                if (file.endsWith("model.safetensors") && done == 4000) {
                    begun.countDown();
                }
            }
        };
        Thread thread = new Thread(() -> {
            try {
                new Hub(new HubSettings(server.endpoint(), cache, null, false), progress, patient)
                        .download(REPOSITORY, null);
            } catch (IOException e) {
                thrown.add(e);
            }
        });
        thread.start();
        assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
        thread.interrupt();
        // The server never sends the rest.
        thread.join(60_000);
        assertThat(thread.isAlive()).isFalse();
        assertThat(thrown).hasSize(1);
        assertThat(thrown.get(0)).isNotInstanceOf(DownloadException.class);
    }

    private Catalog.Model model(String sha256) {
        return new Catalog.Model(
                "tiny",
                REPOSITORY,
                TestHub.COMMIT,
                "mit",
                TestCheckpoint.tiny().config(),
                List.of(
                        new Catalog.RemoteFile("config.json", null, null),
                        new Catalog.RemoteFile("model.safetensors", (long) weights.length, sha256)));
    }

    private Path download(String name) throws IOException {
        return hub().download(name, null);
    }

    private Hub hub() {
        return new Hub(new HubSettings(server.endpoint(), cache, null, false), progress(), QUICK);
    }

    private DownloadProgress progress() {
        return new DownloadProgress() {
            @Override
            public void note(String message) {
                notes.add(message);
            }
        };
    }

    private Path partial() {
        return cache.resolve("models--someone--tiny/blobs").resolve(TestHub.sha256(weights) + ".gpt2-djl.part");
    }

    private static List<String> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(f -> !Files.isDirectory(f)).map(Path::toString).toList();
        }
    }
}
