package io.github.gpt2djl.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Runs shell scripts in a folder. Names and arguments stand in a file, so that this JVM's locale damages none. */
final class Scripts {
    private final Path folder;

    Scripts(Path folder) {
        this.folder = folder;
    }

    record Result(int code, String out, String err) {}

    /** Runs a script to its end, with an empty standard input. */
    Result run(String script) throws IOException, InterruptedException {
        Process process = start(script);
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES))
                    .as("ends within two minutes")
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Result(
                process.exitValue(), Files.readString(folder.resolve("out")), Files.readString(folder.resolve("err")));
    }

    /** Starts a script whose standard output is the file {@code out}. */
    Process start(String script) throws IOException {
        Path file = Files.writeString(folder.resolve("script.sh"), script, StandardCharsets.UTF_8);
        return new ProcessBuilder("sh", file.toString())
                .directory(folder.toFile())
                .redirectInput(Files.writeString(folder.resolve("in"), "").toFile())
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile())
                .start();
    }
}
