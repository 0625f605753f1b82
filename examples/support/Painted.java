package support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A text whose parts are marked: by colour in a terminal, else by signs in a line below. */
public final class Painted {
    private static final int WIDTH = 78;

    private final boolean colours;
    private final StringBuilder done = new StringBuilder();
    private final StringBuilder line = new StringBuilder();
    private final StringBuilder signs = new StringBuilder();

    public Painted(boolean colours) {
        this.colours = colours;
    }

    /** Whether what is printed goes to a terminal. */
    public static boolean onTerminal() {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException e) {
            return System.console() != null;
        }
    }

    /** The next part; {@code colour} is an ANSI number. */
    public Painted add(String part, int colour, char sign) {
        if (colours) {
            done.append("\033[").append(colour).append('m').append(part).append("\033[0m");
            return this;
        }
        if (line.length() + part.length() > WIDTH) {
            endLine();
        }
        part.codePoints().forEach(c -> {
            if (c == '\n') {
                endLine();
            } else {
                line.appendCodePoint(c);
                signs.append(Character.isWhitespace(c) ? ' ' : sign);
            }
        });
        return this;
    }

    private void endLine() {
        done.append(line).append('\n');
        if (!signs.toString().isBlank()) {
            done.append(signs.toString().stripTrailing()).append('\n');
        }
        line.setLength(0);
        signs.setLength(0);
    }

    /** All of it, ended by a line break. */
    @Override
    public String toString() {
        if (colours) {
            return done + "\n";
        }
        endLine();
        return done.toString();
    }
}
