package io.github.gpt2djl.internal.tokenizer;

import java.util.Locale;

/** Finds halves of characters beyond 16 bits. A single half is no character, and no encoding can spell it. */
public final class Surrogates {
    private Surrogates() {}

    /** Returns the index of the first single half, or -1. */
    static int lone(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean paired = Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (paired) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return i;
            }
        }
        return -1;
    }

    /** @throws IllegalArgumentException if a text has a single half */
    public static void check(String text) {
        int lone = lone(text);
        if (lone >= 0) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "the text has the lone surrogate U+%04X at index %d, expected well-formed Unicode",
                    (int) text.charAt(lone),
                    lone));
        }
    }
}
