package io.github.gpt2djl.internal.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/**
 * What stdout prints to: ends a command whose output has nowhere to go. A PrintStream alone would keep the failure to
 * itself, and the command would generate on for nobody.
 */
final class StandardOut extends FilterOutputStream {
    StandardOut(OutputStream out) {
        super(out);
    }

    /** Stdout cannot be written. */
    static final class Failed extends UncheckedIOException {
        private static final long serialVersionUID = 1;

        private final String reason;

        Failed(IOException cause) {
            super("stdout cannot be written: " + cause.getMessage(), cause);
            reason = String.valueOf(cause.getMessage());
        }

        /** Whether who read it has left, as {@code head} does: no failure of the command's. */
        boolean isBrokenPipe() {
            // Linux and macOS; Windows.
            return reason.contains("Broken pipe") || reason.contains("pipe is being closed");
        }
    }

    @Override
    public void write(int b) {
        try {
            out.write(b);
        } catch (IOException e) {
            throw new Failed(e);
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            throw new Failed(e);
        }
    }

    @Override
    public void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            throw new Failed(e);
        }
    }
}
