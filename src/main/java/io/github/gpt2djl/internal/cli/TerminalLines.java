package io.github.gpt2djl.internal.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/** Lines typed at a terminal, with editing and a history. The only class that uses JLine. */
final class TerminalLines implements Lines, AutoCloseable {
    private static final String PROMPT = "> ";

    private final Terminal terminal;
    private final LineReader reader;
    private final PrintStream err;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean ending;

    TerminalLines(Terminal terminal, Path history, PrintStream err) {
        this.terminal = terminal;
        this.err = err;
        reader = LineReaderBuilder.builder()
                .terminal(terminal)
                .variable(LineReader.HISTORY_FILE, history)
                // An exclamation mark in a prompt is not a reference to the history.
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .build();
    }

    /** Opens the terminal of this process. */
    static TerminalLines ofSystem(Path history, PrintStream err) throws IOException {
        // UTF-8, as for all input: under the C locale JLine would lose characters that are not ASCII.
        Terminal terminal = TerminalBuilder.builder()
                .system(true)
                .encoding(StandardCharsets.UTF_8)
                .build();
        TerminalLines lines = new TerminalLines(terminal, history, err);
        Thread reading = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> lines.end(reading), "gpt2-djl terminal"));
        return lines;
    }

    /** Restores the terminal on SIGTERM, as the shell cannot use it in the state of line editing. */
    private void end(Thread reading) {
        ending = true;
        reading.interrupt();
        try {
            closed.await(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sets the action of Ctrl-C while no line is read. */
    void onInterrupt(Runnable action) {
        terminal.handle(Terminal.Signal.INT, signal -> action.run());
    }

    @Override
    public @Nullable String next() {
        while (!ending) {
            try {
                return reader.readLine(PROMPT);
            } catch (UserInterruptException e) {
                if (!ending && e.getPartialLine().isEmpty()) {
                    err.println("Ctrl-D or /quit leaves");
                }
            } catch (EndOfFileException e) {
                return null;
            }
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        terminal.close();
        closed.countDown();
    }
}
