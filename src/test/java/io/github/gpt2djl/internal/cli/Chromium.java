package io.github.gpt2djl.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A browser without a window. */
final class Chromium {
    private Chromium() {}

    /** What a page's script has made of the page. A test is skipped where there is no browser. */
    static String dom(Path page, String hash, Path folder) throws IOException, InterruptedException {
        Optional<String> chromium = find();
        assumeTrue(chromium.isPresent(), "neither chromium nor google-chrome is on the PATH");
        Path dom = folder.resolve("dom.html");
        Process process = new ProcessBuilder(List.of(
                        chromium.get(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--user-data-dir=" + folder.resolve("profile"),
                        "--dump-dom",
                        page.toUri() + "#" + hash))
                .redirectOutput(dom.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(dom);
    }

    private static Optional<String> find() {
        return Arrays.stream(
                        Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator))
                .flatMap(path -> Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(name -> Path.of(path, name)))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }
}
