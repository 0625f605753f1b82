package io.github.gpt2djl.internal.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.TestJvm;
import io.github.gpt2djl.internal.checkpoint.TestCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command in processes of its own: killed in the middle, and two at once. */
class DownloadProcessTest {
    @TempDir
    Path folder;

    private final List<Process> processes = new ArrayList<>();
    private TestHub server;
    private byte[] weights;
    private Path cache;

    @BeforeEach
    void publish() throws IOException {
        Path published = new TestCheckpoint(2, 4, 64, 100, 500, true, 3).write(folder.resolve("published"));
        weights = Files.readAllBytes(published.resolve("model.safetensors"));
        server = new TestHub()
                .with("someone/tiny", "config.json", Files.readAllBytes(published.resolve("config.json")))
                .with("someone/tiny", "model.safetensors", weights);
        cache = folder.resolve("cache");
    }

    @AfterEach
    void stop() {
        processes.forEach(Process::destroyForcibly);
        server.close();
    }

    @Test
    void aKilledDownloadIsResumed() throws Exception {
        server.faults.add(TestHub.drip(weights.length / 200, 50));
        Process first = start("first");
        Path partial = cache.resolve("models--someone--tiny/blobs").resolve(TestHub.sha256(weights) + ".gpt2-djl.part");
        while (first.isAlive() && (!Files.exists(partial) || Files.size(partial) < weights.length / 10)) {
            Thread.sleep(10);
        }
        // SIGKILL: nothing of the process runs any more.
        first.destroyForcibly().waitFor();
        long kept = Files.size(partial);
        assertThat(kept).isBetween(weights.length / 10L, weights.length - 1L);

        Process second = start("second");
        assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(second.exitValue())
                .as(Files.readString(folder.resolve("second.err")))
                .isZero();
        assertThat(server.at(true)).extracting(TestHub.Request::range).containsExactly(null, "bytes=" + kept + "-");
        Path found = Path.of(Files.readString(folder.resolve("second.out")).strip());
        assertThat(found.resolve("model.safetensors")).hasBinaryContent(weights);
    }

    @Test
    void twoProcessesFetchOnce() throws Exception {
        server.faults.add(TestHub.drip(weights.length / 160, 50));
        Process first = start("first");
        while (first.isAlive() && server.at(true).isEmpty()) {
            Thread.sleep(10);
        }
        Process second = start("second");
        for (Process process : List.of(first, second)) {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        }
        assertThat(server.at(true)).hasSize(1);
        assertThat(folder.resolve("second.err")).content().contains("another process downloads someone/tiny");
        assertThat(folder.resolve("second.out")).hasSameTextualContentAs(folder.resolve("first.out"));
    }

    private Process start(String name) throws IOException {
        ProcessBuilder builder = TestJvm.command("io.github.gpt2djl.internal.cli.Main", "download", "someone/tiny");
        builder.environment().put("HF_ENDPOINT", server.endpoint().toString());
        builder.environment().put("HF_HUB_CACHE", cache.toString());
        builder.environment().remove("HF_HUB_OFFLINE");
        Process process = builder.redirectOutput(folder.resolve(name + ".out").toFile())
                .redirectError(folder.resolve(name + ".err").toFile())
                .start();
        processes.add(process);
        return process;
    }
}
