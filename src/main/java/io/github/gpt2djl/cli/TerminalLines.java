package io.github.gpt2djl.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/** Lines that are typed: edited, with a history. The only class that knows JLine. */
final class TerminalLines implements Lines, AutoCloseable {
    private static final String PROMPT = "> ";

    private final Terminal terminal;
    private final LineReader reader;
    private final PrintStream err;

    TerminalLines(Terminal terminal, Path history, PrintStream err) {
        this.terminal = terminal;
        this.err = err;
        reader = LineReaderBuilder.builder()
                .terminal(terminal)
                .variable(LineReader.HISTORY_FILE, history)
                // An exclamation mark is one.
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .build();
    }

    /** Those of the terminal that this process has. */
    static TerminalLines ofSystem(Path history, PrintStream err) throws IOException {
        return new TerminalLines(TerminalBuilder.builder().system(true).build(), history, err);
    }

    /** What Ctrl-C does while no line is read. */
    void onInterrupt(Runnable action) {
        terminal.handle(Terminal.Signal.INT, signal -> action.run());
    }

    @Override
    public @Nullable String next() {
        while (true) {
            try {
                return reader.readLine(PROMPT);
            } catch (UserInterruptException e) {
                if (e.getPartialLine().isEmpty()) {
                    err.println("Ctrl-D or /quit leaves");
                }
            } catch (EndOfFileException e) {
                return null;
            }
        }
    }

    @Override
    public void close() throws IOException {
        terminal.close();
    }
}
