package io.github.gpt2djl.testing;

import io.github.gpt2djl.Gpt2;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The shipped model, loaded once for all tests that share it. */
public final class ShippedModel {
    public static final Gpt2 SHAKESPEARE = load();

    private ShippedModel() {}

    private static Gpt2 load() {
        try {
            return Gpt2.load("shakespeare");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
