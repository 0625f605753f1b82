package io.github.gpt2djl.internal.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.testing.TestCheckpoint;
import io.github.gpt2djl.testing.TestHub;
import io.github.gpt2djl.testing.TestJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command in processes of its own: killed in the middle, and two at once. */
@Timeout(300)
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
        long kept = weights.length / 10;
        server.faults.add(TestHub.stallAfter((int) kept));
        Path blobs = Files.createDirectories(cache.resolve("models--someone--tiny/blobs"));
        Path partial = blobs.resolve(TestHub.sha256(weights) + ".gpt2-djl.part");
        try (WatchService changes = blobs.getFileSystem().newWatchService()) {
            blobs.register(changes, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
            Process first = start("first");
            while (!Files.exists(partial) || Files.size(partial) < kept) {
                WatchKey change = changes.poll(60, TimeUnit.SECONDS);
                assertThat(change).as("a change of %s", partial).isNotNull();
                change.reset();
            }
            // SIGKILL: nothing of the process runs any more.
            first.destroyForcibly().waitFor();
        }
        assertThat(partial).hasSize(kept);

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
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        server.faults.add(TestHub.pauseAfter(weights.length / 2, begun, goOn));
        Process first = start("first");
        assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
        Process second = command("second").start();
        processes.add(second);
        try (BufferedReader err = second.errorReader(StandardCharsets.UTF_8)) {
            assertThat(err.readLine()).contains("another process downloads someone/tiny");
        }
        goOn.countDown();
        for (Process process : List.of(first, second)) {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        }
        assertThat(server.at(true)).hasSize(1);
        assertThat(folder.resolve("second.out")).hasSameTextualContentAs(folder.resolve("first.out"));
    }

    private Process start(String name) throws IOException {
        Process process = command(name)
                .redirectError(folder.resolve(name + ".err").toFile())
                .start();
        processes.add(process);
        return process;
    }

    private ProcessBuilder command(String name) {
        ProcessBuilder builder = TestJvm.command("io.github.gpt2djl.internal.cli.Main", "download", "someone/tiny");
        builder.environment().put("HF_ENDPOINT", server.endpoint().toString());
        builder.environment().put("HF_HUB_CACHE", cache.toString());
        builder.environment().remove("HF_HUB_OFFLINE");
        return builder.redirectOutput(folder.resolve(name + ".out").toFile());
    }
}
