package io.github.gpt2djl.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.testing.ShippedVocabulary;
import io.github.gpt2djl.testing.TestJvm;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line is ended from outside, or has nowhere to write to. */
@Timeout(300)
class SignalTest {
    private static final String BEGUN = "begun:";
    private static final String[] WITHOUT_END = {
        "generate",
        "ROMEO:",
        "--max-new-tokens",
        "1000000",
        "--context-policy",
        "slide:128",
        // <|endoftext|>
        "--suppress-tokens",
        Integer.toString(ShippedVocabulary.END)
    };

    @TempDir
    Path folder;

    /** While it starts, loads and generates. */
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no signals")
    @ParameterizedTest
    @CsvSource({"INT, 0, 130", "TERM, 0, 143", "INT, 1, 130", "TERM, 1, 143", "INT, 500, 130", "TERM, 500, 143"})
    void endedBySignal(String signal, int characters, int expected) throws Exception {
        Path err = folder.resolve("err");
        Process process = TestJvm.command(Stream.concat(Stream.of(Begun.class.getName()), Stream.of(WITHOUT_END))
                        .toArray(String[]::new))
                .redirectError(err.toFile())
                .start();
        // A process that was started with the signal ignored would be read without end.
        CompletableFuture<Process> limit = process.onExit()
                .orTimeout(2, TimeUnit.MINUTES)
                .whenComplete((ended, late) -> process.destroyForcibly());
        try (Reader out = process.inputReader(StandardCharsets.UTF_8)) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < BEGUN.length() + characters; i++) {
                text.append((char) out.read());
            }
            new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                    .start()
                    .waitFor();
            for (int c = out.read(); c >= 0; c = out.read()) {
                text.append((char) c);
            }
            assertThat(limit).as("ended in time").succeedsWithin(60, TimeUnit.SECONDS);
            assertThat(process.exitValue()).as(Files.readString(err)).isEqualTo(expected);
            assertThat(err).isEmptyFile();
            assertThat(text).startsWith(BEGUN);
            String generated = text.substring(BEGUN.length());
            assertThat(generated).hasSizeGreaterThanOrEqualTo(characters);
            assertThat(generated)
                    .satisfiesAnyOf(
                            t -> assertThat(t).isEmpty(), t -> assertThat(t).startsWith("ROMEO:"));
        } finally {
            process.destroyForcibly();
        }
    }

    /** The command, which tells that it begins: the JVM handles signals only some time after its own start. */
    static final class Begun {
        private Begun() {}

        public static void main(String[] args) {
            System.out.print(BEGUN);
            System.out.flush();
            Main.main(args);
        }
    }

    @Test
    void aReaderThatHasLeftEndsTheCommand() {
        assertThat(runWith("Broken pipe", 20)).isEqualTo(141);
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void aFullDiskIsAnError() {
        assertThat(runWith("No space left on device", 0)).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo("error: stdout cannot be written: No space left on device\n");
    }

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    /** Generates without end into a stream that takes some bytes and no more. */
    private int runWith(String failure, int bytes) {
        OutputStream broken = new OutputStream() {
            private int written;

            @Override
            public void write(int b) throws IOException {
                if (++written > bytes) {
                    throw new IOException(failure);
                }
            }
        };
        PrintStream out = new PrintStream(new StandardOut(broken), false, StandardCharsets.UTF_8);
        return Main.run(WITHOUT_END, out, new PrintStream(err, true, StandardCharsets.UTF_8));
    }
}
