package io.github.gpt2djl.internal.tokenizer;

import java.util.Arrays;

/** A word, as the tokens of which it consists so far. */
public final class Word {
    private final long count;
    private int[] tokens;

    /** Creates a word of single bytes that occurs {@code count} times in the texts. */
    public Word(int[] tokens, long count) {
        this.tokens = tokens;
        this.count = count;
    }

    long count() {
        return count;
    }

    /** Counts all pairs of the word. */
    public void addTo(Pairs pairs) {
        for (int i = 0; i + 1 < tokens.length; i++) {
            pairs.add(tokens[i], tokens[i + 1], this);
        }
    }

    /**
     * Joins a pair into one token at each of its places, from the left.
     *
     * @param pairs the counts, from which old neighbours are subtracted and to which new ones are added
     */
    public void join(Pair pair, int joined, Pairs pairs) {
        int length = 0;
        int next = 0;
        while (next < tokens.length) {
            boolean found =
                    tokens[next] == pair.first() && next + 1 < tokens.length && tokens[next + 1] == pair.second();
            if (!found) {
                tokens[length++] = tokens[next++];
                continue;
            }
            next += 2;
            if (length > 0) {
                pairs.subtract(tokens[length - 1], pair.first(), this);
                pairs.add(tokens[length - 1], joined, this);
            }
            if (next < tokens.length) {
                pairs.subtract(pair.second(), tokens[next], this);
                pairs.add(joined, tokens[next], this);
            }
            tokens[length++] = joined;
        }
        tokens = Arrays.copyOf(tokens, length);
    }
}
