package io.github.gpt2djl.internal.hub;

import io.github.gpt2djl.DownloadException;
import io.github.gpt2djl.DownloadProgress;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a download bears with a bad network.
 *
 * @param attempts in a row that bring nothing
 * @param firstWait after the first failure; doubled after each further one
 * @param longestWait that a server may ask for
 * @param stall after which a connection that brings no bytes is given up
 */
record Retry(int attempts, Duration firstWait, Duration longestWait, Duration stall) {
    static final Retry DEFAULT = new Retry(5, Duration.ofSeconds(1), Duration.ofMinutes(2), Duration.ofSeconds(30));

    /** A failure that may pass: a broken connection, a busy server. */
    static final class TransientException extends IOException {
        private static final long serialVersionUID = 1L;
        /** What the server asked to wait, or null. */
        final transient @Nullable Duration wait;

        TransientException(String message, @Nullable Duration wait, @Nullable Throwable cause) {
            super(message, cause);
            this.wait = wait;
        }
    }

    /** One try. */
    interface Attempt<T> {
        T run() throws IOException;

        /** A number that grows when tries achieve something; then the count of failures starts again. */
        default long achieved() throws IOException {
            return 0;
        }
    }

    <T> T run(String what, DownloadProgress progress, Attempt<T> attempt) throws IOException {
        int failures = 0;
        // The most so far: a server that starts over each time and breaks anywhere must not keep this going.
        long most = attempt.achieved();
        while (true) {
            try {
                return attempt.run();
            } catch (TransientException e) {
                failures = attempt.achieved() > most ? 1 : failures + 1;
                most = Math.max(most, attempt.achieved());
                Duration wait = e.wait != null ? e.wait : firstWait.multipliedBy(1L << (failures - 1));
                if (failures >= attempts || wait.compareTo(longestWait) > 0) {
                    String later = e.wait == null ? "later" : "in " + e.wait.toSeconds() + " s";
                    throw new DownloadException(
                            what + ": " + e.getMessage() + "; gave up after " + failures
                                    + (failures == 1 ? " attempt" : " attempts") + ", try again " + later
                                    + " (what has arrived is kept)",
                            e);
                }
                progress.note(what + ": " + e.getMessage() + "; next attempt in " + seconds(wait) + " s");
                sleep(wait);
            }
        }
    }

    /** The JDK's client often says nothing but the class of what failed. */
    static String reason(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof java.nio.channels.UnresolvedAddressException
                    || cause instanceof java.net.UnknownHostException) {
                return "the host's name cannot be resolved";
            }
        }
        if (e instanceof ConnectException) {
            return "no connection (" + (e.getMessage() == null ? "refused or unreachable" : e.getMessage()) + ")";
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static String seconds(Duration wait) {
        return wait.toMillis() % 1000 == 0 ? "" + wait.toSeconds() : "" + wait.toMillis() / 1000.0;
    }

    private static void sleep(Duration wait) throws InterruptedIOException {
        try {
            Thread.sleep(wait.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the download was interrupted");
        }
    }
}
