package io.github.gpt2djl.internal.hub;

import io.github.gpt2djl.DownloadException;
import io.github.gpt2djl.DownloadProgress;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The limits for a download over a bad network.
 *
 * @param attempts the number of failed attempts in a row that bring no bytes
 * @param firstWait the wait after the first failure; doubled after each further failure
 * @param longestWait the longest wait that a server may ask for
 * @param stall the time after which a connection without bytes is given up
 */
record Retry(int attempts, Duration firstWait, Duration longestWait, Duration stall) {
    static final Retry DEFAULT = new Retry(5, Duration.ofSeconds(1), Duration.ofMinutes(2), Duration.ofSeconds(30));

    /** A failure that may pass, such as a broken connection or a busy server. */
    static final class TransientException extends IOException {
        private static final long serialVersionUID = 1L;
        /** The wait that the server asked for, or null. */
        final transient @Nullable Duration wait;

        TransientException(String message, @Nullable Duration wait, @Nullable Throwable cause) {
            super(message, cause);
            this.wait = wait;
        }
    }

    /** A single attempt. */
    interface Attempt<T> {
        T run() throws IOException;

        /** Returns a number that grows when an attempt makes progress. The count of failures then starts again. */
        default long achieved() throws IOException {
            return 0;
        }
    }

    <T> T run(String what, DownloadProgress progress, Attempt<T> attempt) throws IOException {
        int failures = 0;
        // This is the maximum so far: a server that starts over each time and breaks anywhere must not keep the loop
        // going.
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

    /** Describes a failure. The JDK's client often names only the exception's class. */
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
