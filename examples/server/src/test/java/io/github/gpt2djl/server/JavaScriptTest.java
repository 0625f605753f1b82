package io.github.gpt2djl.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.gpt2djl.Gpt2;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The tests in src/test/js, which need Node.js 20 and its npm; that of the page needs Chromium, too. */
class JavaScriptTest {
    private static final Path FOLDER = Path.of("target", "js");

    @BeforeAll
    static void install() throws Exception {
        assumeTrue(find("npm") != null && find("node") != null, "needs Node.js 20 or newer with npm on the path");
        Files.createDirectories(FOLDER);
        try (Stream<Path> files = Files.list(Path.of("src", "test", "js"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.write(FOLDER.resolve(file.getFileName()), Files.readAllBytes(file));
            }
        }
        run("", List.of("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"));
    }

    @Test
    void openAisOwnClient() throws Exception {
        try (Gpt2Server server = server("sesame")) {
            run("http://127.0.0.1:" + server.port(), List.of("node", "--test", "openai.test.mjs"));
        }
    }

    @Test
    void thePage() throws Exception {
        assumeTrue(
                System.getenv("CHROMIUM") != null || find("chromium") != null || find("google-chrome") != null,
                "needs chromium or google-chrome on the path, or CHROMIUM=FILE");
        try (Gpt2Server server = server("")) {
            run("http://127.0.0.1:" + server.port(), List.of("node", "--test", "page.test.mjs"));
        }
    }

    private static Gpt2Server server(String key) throws IOException {
        ServerOptions options = new ServerOptions("127.0.0.1", 0, 8, 2, 250, 100_000, Duration.ofSeconds(60), key);
        return new Gpt2Server(Gpt2.load("shakespeare"), options);
    }

    private static void run(String url, List<String> command) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(FOLDER.toFile()).redirectErrorStream(true);
        builder.environment().put("GPT2_URL", url);
        File log = FOLDER.resolve(command.get(command.size() - 1) + ".log").toFile();
        Process process = builder.redirectOutput(log).start();
        boolean ended = process.waitFor(5, TimeUnit.MINUTES);
        process.destroyForcibly();
        String printed = Files.readString(log.toPath());
        assertThat(ended).as(printed).isTrue();
        assertThat(process.exitValue()).as(printed).isZero();
    }

    private static File find(String program) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> new File(folder, program))
                .filter(File::canExecute)
                .findFirst()
                .orElse(null);
    }
}
