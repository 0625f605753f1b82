package io.github.gpt2djl.testing;

import io.github.gpt2djl.internal.hub.Models;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The ids of the shipped model: tests that name them stay true for another model. */
public final class ShippedVocabulary {
    /** Number of ids. */
    public static final int SIZE = size();

    /** The id of {@code <|endoftext|>}, which begins and ends a text. */
    public static final int END = SIZE - 1;

    private ShippedVocabulary() {}

    private static int size() {
        try {
            return Models.shippedConfig().vocabularySize();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
