package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.internal.decoder.KvPrefix;

/**
 * The known beginning of a text.
 *
 * @param prefix has the keys and values; released when this is closed
 * @param tokens number of the prefix's tokens that the text begins with, at least 1
 */
public record KnownPrefix(KvPrefix prefix, int tokens) implements AutoCloseable {
    @Override
    public void close() {
        prefix.release();
    }
}
