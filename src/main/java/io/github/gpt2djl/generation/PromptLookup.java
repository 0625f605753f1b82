package io.github.gpt2djl.generation;

/**
 * Guesses the next tokens from the text so far: what followed the last time that its last tokens stood there.
 *
 * <p>Prompt lookup decoding (Saxena 2023; transformers' {@code prompt_lookup_num_tokens}). How much is guessed follows
 * how much was right: a guess costs a part of a step, and on text that does not repeat itself nothing is guessed for
 * a while.
 */
final class PromptLookup {
    private static final int LONGEST_MATCH = 3;
    private static final int SHORTEST_MATCH = 2;
    private static final double POOR = 0.4;
    private static final int LONGEST_PAUSE = 64;

    private final int most;
    private int length;
    private double rate = 1;
    private int pause;
    private int nextPause = 8;

    PromptLookup(int most) {
        this.most = most;
        this.length = Math.min(most, 4);
    }

    /**
     * The guess, at most {@code room} tokens; empty if there is none.
     *
     * @param text ids of prompt and continuation
     * @param n how many of them count
     */
    int[] guess(int[] text, int n, int room) {
        if (pause > 0) {
            pause--;
            return new int[0];
        }
        int wanted = Math.min(length, room);
        for (int match = Math.min(LONGEST_MATCH, n - 1); match >= SHORTEST_MATCH && wanted > 0; match--) {
            for (int end = n - 1; end >= match; end--) {
                if (sameBefore(text, end, n, match)) {
                    int[] guess = new int[wanted];
                    for (int i = 0; i < wanted; i++) {
                        // A repetition may run into itself: then it goes on as it began.
                        guess[i] = end + i < n ? text[end + i] : guess[end + i - n];
                    }
                    return guess;
                }
            }
        }
        return new int[0];
    }

    /** Tells how a guess did. */
    void judge(int drafted, int accepted) {
        rate = 0.7 * rate + 0.3 * accepted / drafted;
        length = accepted == drafted ? Math.min(most, 2 * length) : Math.min(most, Math.max(2, accepted + 1));
        if (accepted > 0 && rate >= POOR) {
            nextPause = 8;
        } else if (rate < POOR) {
            pause = nextPause;
            nextPause = Math.min(LONGEST_PAUSE, 2 * nextPause);
            rate = POOR;
        }
    }

    private static boolean sameBefore(int[] text, int end, int n, int match) {
        for (int i = 1; i <= match; i++) {
            if (text[end - i] != text[n - i]) {
                return false;
            }
        }
        return true;
    }
}
