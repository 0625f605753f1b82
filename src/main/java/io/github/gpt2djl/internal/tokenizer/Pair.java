package io.github.gpt2djl.internal.tokenizer;

import java.util.Comparator;

/** A pair of adjacent tokens. */
public record Pair(int first, int second) implements Comparable<Pair> {
    private static final Comparator<Pair> ORDER =
            Comparator.comparingInt(Pair::first).thenComparingInt(Pair::second);

    @Override
    public int compareTo(Pair other) {
        return ORDER.compare(this, other);
    }
}
