package io.github.gpt2djl.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.testing.ShippedVocabulary;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.ExternalTerminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Prompts and commands, from a pipe and from a terminal. */
@Timeout(120)
class InteractiveTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void eachLineOfAPipeIsAPrompt() {
        MainTest.Result result = piped("ROMEO:\n\nÐ 👍\\nA", "--seed", "1", "--max-new-tokens", "5");
        assertThat(result.code()).isZero();
        assertThat(result.out())
                .isEqualTo(generated("ROMEO:", "--seed", "1", "--max-new-tokens", "5")
                        + generated("Ð 👍\nA", "--seed", "1", "--max-new-tokens", "5"))
                .doesNotContain("\u001b");
        assertThat(result.err()).isEqualTo("5 tokens, length, seed 1\n".repeat(2));
    }

    @Test
    void optionsAreSetAndTakenBack() {
        MainTest.Result result = piped(
                "/set top_p 0.5\n/seed 3\n/set max-new-tokens 4\nROMEO:\n/unset top_p\nROMEO:\n/reset\n/set\n/seed",
                "--max-length",
                "30");
        assertThat(result.out())
                .isEqualTo(generated("ROMEO:", "--seed", "3", "--max-new-tokens", "4", "--top-p", "0.5")
                        + generated("ROMEO:", "--seed", "3", "--max-new-tokens", "4"));
        assertThat(result.err())
                .isEqualTo("4 tokens, length, seed 3\n".repeat(2) + "max_length 30\ndo_sample true\nseed 3\n");
    }

    @Test
    void whatIsWrongChangesNothing() {
        MainTest.Result result = piped(
                "/set top_p 2\n/set top_p x\n/set num_beams 2\n/set do_sample false\n/sing\n/explain\n/set",
                "--top-p",
                "0.9",
                "--max-new-tokens",
                "2");
        assertThat(result.code()).isZero();
        assertThat(result.out()).isEmpty();
        assertThat(result.err().lines())
                .containsExactly(
                        "error: top_p is 2.0, expected 0 to 1",
                        "error: top_p is \"x\", expected a number 0 to 1",
                        "error: no option \"num_beams\" here, expected top_p, temperature or another one that"
                                + " generate --help lists",
                        "error: top_p has no effect while do_sample is false; set do_sample, or leave top_p out",
                        "error: no command \"/sing\"; /help lists the commands, and a prompt that begins with / is"
                                + " written with //",
                        "error: nothing has been generated yet; give a prompt first",
                        "max_new_tokens 2",
                        "do_sample true",
                        "top_p 0.9");
    }

    @Test
    void theLastGenerationIsExplained() {
        String[] options = {"--seed", "1", "--max-new-tokens", "3"};
        String text = generated("/ROMEO:", options);
        String last = piped("//ROMEO:\n/explain", options).out();
        assertThat(last).startsWith(text + "step 3").containsOnlyOnce("the draw");
        String all = piped("//ROMEO:\n/explain all\n/quit\nA", options).out();
        assertThat(all).startsWith(text + "step 1").contains("step 2").endsWith(last.substring(text.length()));
    }

    @Test
    void aStopEndsTheGenerationAndNotTheSession() throws IOException {
        Session[] session = new Session[1];
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        OutputStream stopping = new OutputStream() {
            @Override
            public void write(int b) {
                text.write(b);
                // The prompt's, once.
                if (b == '.' && text.size() == 2) {
                    session[0].stop();
                }
            }
        };
        try (Gpt2 gpt2 = Gpt2.load("shakespeare")) {
            session[0] = session(gpt2, stopping);
            session[0].stop();
            Iterator<String> lines = List.of(
                            "/set suppress_tokens " + ShippedVocabulary.END,
                            "/set max_length 200",
                            "A.",
                            "/explain",
                            "/set max_new_tokens 3",
                            "B")
                    .iterator();
            session[0].run(() -> lines.hasNext() ? lines.next() : null);
        }
        assertThat(err.toString(StandardCharsets.UTF_8))
                .matches("1 tokens, stopped, seed \\d+\n3 tokens, length, seed \\d+\n");
        assertThat(text.toString(StandardCharsets.UTF_8)).contains("step 1 ");
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void controlKeysOfATerminal() throws Exception {
        PipedOutputStream keys = new PipedOutputStream();
        Screen screen = new Screen();
        Path history = folder.resolve("new").resolve("history");
        try (Terminal terminal = new ExternalTerminal(
                "test", "ansi", new PipedInputStream(keys, 4096), screen, StandardCharsets.UTF_8)) {
            TerminalLines lines = new TerminalLines(terminal, history, print(err));
            boolean[] interrupted = {false};
            lines.onInterrupt(() -> interrupted[0] = true);
            keys.write("one!\r".getBytes(StandardCharsets.UTF_8));
            assertThat(lines.next()).isEqualTo("one!");
            assertThat(Files.readString(history)).contains("one!");
            terminal.raise(Terminal.Signal.INT);
            assertThat(interrupted[0]).isTrue();
            screen.reset();
            CompletableFuture<String> line = CompletableFuture.supplyAsync(lines::next);
            typeAtPrompts(keys, screen);
            assertThat(line.get()).isEqualTo("one!");
            assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("Ctrl-D or /quit leaves\n");
            keys.write(4);
            assertThat(lines.next()).isNull();
        }
    }

    /** Ctrl-C at a prompt, which belongs to the reader only while it reads; at the next one arrow up. */
    private static void typeAtPrompts(OutputStream keys, Screen screen) throws IOException, InterruptedException {
        for (String each : List.of("\u0003", "\u001b[A\r")) {
            screen.awaitPrompt();
            keys.write(each.getBytes(StandardCharsets.UTF_8));
            keys.flush();
        }
    }

    /** What a terminal shows. */
    private static final class Screen extends ByteArrayOutputStream {
        @Override
        public synchronized void write(int b) {
            super.write(b);
            notifyAll();
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            super.write(bytes, offset, length);
            notifyAll();
        }

        /** Waits for a prompt, and forgets all up to it. */
        synchronized void awaitPrompt() throws InterruptedException {
            while (!toString(StandardCharsets.UTF_8).contains("> ")) {
                wait();
            }
            reset();
        }
    }

    private Session session(Gpt2 gpt2, OutputStream out) throws IOException {
        return new Session(gpt2, new SessionOptions(gpt2, new GenerationFlags()), print(out), print(err));
    }

    private static PrintStream print(OutputStream out) {
        return new PrintStream(out, true, StandardCharsets.UTF_8);
    }

    private static String generated(String prompt, String... options) {
        return MainTest.run(with(options, "generate", prompt)).out();
    }

    private static MainTest.Result piped(String lines, String... options) {
        InputStream before = System.in;
        try {
            System.setIn(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)));
            return MainTest.run(with(options, "interactive"));
        } finally {
            System.setIn(before);
        }
    }

    private static String[] with(String[] options, String... words) {
        return Stream.concat(Arrays.stream(words), Arrays.stream(options)).toArray(String[]::new);
    }
}
