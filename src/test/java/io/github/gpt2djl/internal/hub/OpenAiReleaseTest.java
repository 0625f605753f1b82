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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** OpenAI's files from a server on this machine. */
class OpenAiReleaseTest {
    private static final Retry QUICK =
            new Retry(3, Duration.ofMillis(20), Duration.ofSeconds(3), Duration.ofSeconds(2));

    @TempDir
    Path folder;

    private TestHub server;
    private Path to;

    @BeforeEach
    void publish() throws IOException {
        Path published = TestCheckpoint.tiny().writeOpenAi(folder.resolve("published"));
        server = new TestHub().with("124M", "encoder.json", "{}".getBytes()).with("124M", "vocab.bpe", "#".getBytes());
        for (String file : new String[] {"hparams.json", "model.ckpt.index", OpenAiRelease.DATA}) {
            server.with("124M", file, Files.readAllBytes(published.resolve(file)));
        }
        to = folder.resolve("gpt2-124M");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void fetchesWhatIsMissingAndResumes() throws IOException {
        // hparams.json, encoder.json, vocab.bpe and the index; then the data.
        for (int i = 0; i < 4; i++) {
            server.faults.add(TestHub.whole());
        }
        server.faults.add(TestHub.cutAfter(2000));
        try (Checkpoint checkpoint = Checkpoint.open(download("124M"))) {
            assertThat(checkpoint.config().vocabularySize()).isEqualTo(61);
        }
        assertThat(server.requests).extracting(TestHub.Request::range).endsWith(null, "bytes=2000-");
        server.requests.clear();
        download("124M");
        assertThat(server.requests).isEmpty();
    }

    @Test
    void damagedWeightsAreRemoved() {
        for (int i = 0; i < 4; i++) {
            server.faults.add(TestHub.whole());
        }
        server.faults.add(TestHub.wrongBytes());
        assertThatThrownBy(() -> download("124M"))
                .isInstanceOf(DownloadException.class)
                .hasMessageContaining("the checksum of tensor")
                .hasMessageContaining("download them again");
        assertThat(to.resolve(OpenAiRelease.DATA)).doesNotExist();
    }

    @Test
    void knowsOpenAisNames() {
        assertThatThrownBy(() -> download("gpt2"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected one of 124M, 355M, 774M, 1558M");
    }

    private Path download(String model) throws IOException {
        return OpenAiRelease.download(server.storeUri(), model, to, DownloadProgress.NONE, QUICK);
    }
}
