package io.github.gpt2djl.internal.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells where the standard streams go. */
final class Terminals {
    static final int IN = 0;
    static final int OUT = 1;
    static final int ERR = 2;

    private Terminals() {}

    /**
     * Tells whether a stream is a terminal.
     *
     * <p>Checks each stream by itself: System.console() requires all of them to be terminals, although a script may
     * read stdout.
     */
    @SuppressWarnings("SystemConsoleNull")
    static boolean is(int descriptor) {
        try {
            String device = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty") || device.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return System.console() != null;
        }
    }
}
