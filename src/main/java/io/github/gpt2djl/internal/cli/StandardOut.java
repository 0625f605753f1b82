package io.github.gpt2djl.internal.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/**
 * The stream behind stdout, which ends a command when its output cannot be written. A PrintStream alone would hide the
 * failure, and the command would go on generating.
 */
final class StandardOut extends FilterOutputStream {
    StandardOut(OutputStream out) {
        super(out);
    }

    /** Thrown when stdout cannot be written. */
    static final class Failed extends UncheckedIOException {
        private static final long serialVersionUID = 1;

        private final String reason;

        Failed(IOException cause) {
            super("stdout cannot be written: " + cause.getMessage(), cause);
            reason = String.valueOf(cause.getMessage());
        }

        /** Tells whether the reader closed the pipe, as {@code head} does, which is not a failure of the command. */
        boolean isBrokenPipe() {
            // The messages of Linux and macOS, and of Windows.
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
