package io.github.gpt2djl;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A download failed for a reason that trying again at once would not change; the message says what to do.
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
     * Says what failed.
     *
     * @param message what was found, and what to do
     * @param cause what failed, or null
     */
    public DownloadException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
