package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.internal.decoder.JoiningRow;
import org.jspecify.annotations.Nullable;

/**
 * The known beginning of a prompt: of a text that is remembered, or of a running row.
 *
 * @param prefix null if a running row has the beginning
 * @param place of the running row
 * @param tokens at least 1, fewer than the prompt has
 */
record KnownStart(@Nullable KnownPrefix prefix, int place, int tokens) implements AutoCloseable {
    /** Copies the beginning to the row that joins. */
    void restore(JoiningRow row) {
        if (prefix != null) {
            row.restore(prefix.prefix(), tokens);
        } else {
            row.restore(place, tokens);
        }
    }

    @Override
    public void close() {
        if (prefix != null) {
            prefix.close();
        }
    }
}
