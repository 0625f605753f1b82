package io.github.gpt2djl;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a download failed for a reason that an immediate retry would not change; the message says what to do.
 *
 * <pre>{@code
 * try {
 *     Gpt2.load("gpt2", LoadOptions.DEFAULT.withSource(ModelSource.download())).close();
 * } catch (DownloadException e) {
 *     System.err.println(e.getMessage());
 * }
 * }</pre>
 */
public final class DownloadException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what was found, and what to do
     * @param cause the underlying failure, or null
     */
    public DownloadException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
