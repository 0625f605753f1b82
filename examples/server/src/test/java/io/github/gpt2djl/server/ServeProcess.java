package io.github.gpt2djl.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The command, as a process of its own.
 *
 * @param log all that it prints
 */
record ServeProcess(Process process, Path log) implements AutoCloseable {
    private static final Pattern READY = Pattern.compile("shakespeare at http://127\\.0\\.0\\.1:(\\d+)/");

    static ServeProcess start(String heap, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                heap,
                "-cp",
                System.getProperty("java.class.path"),
                Serve.class.getName()));
        command.addAll(Arrays.asList(arguments));
        Path log = Files.createTempFile("serve", ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new ServeProcess(process, log);
    }

    int port() throws Exception {
        while (true) {
            Matcher ready = READY.matcher(printed());
            if (ready.find()) {
                return Integer.parseInt(ready.group(1));
            }
            assertThat(process.isAlive()).as(printed()).isTrue();
            Thread.sleep(20);
        }
    }

    String printed() throws IOException {
        return Files.readString(log);
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly().onExit().join();
        Files.delete(log);
    }
}
