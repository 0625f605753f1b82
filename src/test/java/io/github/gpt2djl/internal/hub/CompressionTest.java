package io.github.gpt2djl.internal.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.DownloadException;
import io.github.gpt2djl.DownloadProgress;
import io.github.gpt2djl.testing.TestHub;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that compresses although it is asked not to: the files arrive as they were published, or the reason is told. */
class CompressionTest {
    private static final String REPOSITORY = "someone/tiny";
    private static final byte[] CONFIG =
            "{\"n_layer\": 2, \"n_embd\": 16}".repeat(9).getBytes(StandardCharsets.UTF_8);
    private static final Retry QUICK =
            new Retry(3, Duration.ofMillis(20), Duration.ofSeconds(3), Duration.ofSeconds(2));

    @TempDir
    Path cache;

    private final byte[] weights = new byte[40_000];
    private TestHub server;

    @BeforeEach
    void publish() throws IOException {
        // Half of the bits are noise, so that the compressed form is long enough to be cut.
        new Random(3).nextBytes(weights);
        for (int i = 0; i < weights.length; i++) {
            weights[i] &= 15;
        }
        server = new TestHub().with(REPOSITORY, "config.json", CONFIG).with(REPOSITORY, "model.safetensors", weights);
        server.encoding = "gzip";
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "GZIP", "x-gzip"})
    void filesArriveAsTheyWerePublished(String encoding) throws IOException {
        server.encoding = encoding;
        arrives();
        assertThat(server.at(true)).hasSize(1);
        // Named by git's id, with which it was compared.
        assertThat(cache.resolve("models--someone--tiny/blobs").resolve(TestHub.gitId(CONFIG)))
                .hasBinaryContent(CONFIG);
    }

    /** What has arrived are bytes of the file, and where the server goes on are bytes of another form. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aConnectionThatBreaksStartsOver(boolean encodedRanges) throws IOException {
        server.encodedRanges = encodedRanges;
        server.faults.add(TestHub.cutAfter(9000));
        arrives();
        assertThat(server.at(true).get(1).range()).matches("bytes=[1-9]\\d+-");
    }

    /** Its bytes are those of the file, as the checksum shows. */
    @Test
    void aPartThatCameUncompressedIsGoneOnWithOrReplaced() throws IOException {
        Path partial = cache.resolve("models--someone--tiny/blobs/" + TestHub.sha256(weights) + ".gpt2-djl.part");
        Files.createDirectories(partial.getParent());
        Files.write(partial, Arrays.copyOf(weights, 39_000));
        server.encodedRanges = true;
        arrives();
    }

    /** Then nothing but the end of the compressed form tells that the file is whole. */
    @Test
    void theSizeOfTheCompressedFormIsNotTheFiles() throws IOException {
        server.announced = TestHub.UNSAID;
        server.faults.add(TestHub.cutAfter(9000));
        arrives();
    }

    @Test
    void anotherMethodIsTold() {
        server.encoding = "br";
        assertThatThrownBy(this::download)
                .isInstanceOf(DownloadException.class)
                .hasMessageContaining("config.json came with the Content-Encoding \"br\", expected none or gzip");
    }

    @Test
    void whatIsNotCompressedButSaysSoIsTold() {
        server.encoding = null;
        server.faults.add((exchange, body) -> {
            exchange.getResponseHeaders().add("Content-Encoding", "gzip");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        });
        assertThatThrownBy(this::download)
                .isInstanceOf(DownloadException.class)
                .hasMessageContaining("model.safetensors")
                .hasMessageContaining("Content-Encoding gzip and is not in that form");
    }

    @Test
    void otherBytesThanThePublishedOnesAreFoundByTheChecksum() {
        server.etag(REPOSITORY, "model.safetensors", "ab".repeat(32));
        assertThatThrownBy(this::download).hasMessageContaining("model.safetensors arrived with the SHA-256");
    }

    private void arrives() throws IOException {
        Path found = download();
        assertThat(found.resolve("config.json")).hasBinaryContent(CONFIG);
        assertThat(found.resolve("model.safetensors")).hasBinaryContent(weights);
        try (var blobs = Files.list(cache.resolve("models--someone--tiny/blobs"))) {
            assertThat(List.of(blobs.toArray())).hasSize(2);
        }
    }

    private Path download() throws IOException {
        return new Hub(new HubSettings(server.endpoint(), cache, null, false), DownloadProgress.NONE, QUICK)
                .download(REPOSITORY, null);
    }
}
