package io.github.gpt2djl.internal.loop;

/**
 * Guesses from the text so far: finds the previous occurrence of the last tokens, and guesses the tokens that followed.
 *
 * <p>Prompt lookup decoding (Saxena 2023; transformers' {@code prompt_lookup_num_tokens}).
 *
 * <pre>{@code
 * int[] text = {5, 6, 7, 5, 6};
 * System.out.println(Arrays.toString(new PromptLookup(2).guess(text, text.length, 10, 0))); // [7, 5]
 * }</pre>
 */
public final class PromptLookup implements Drafter {
    private static final int LONGEST_MATCH = 3;
    private static final int SHORTEST_MATCH = 2;

    private final DraftLength length;

    /**
     * Makes a drafter that has made no guess yet.
     *
     * @param most maximum number of tokens to guess at once, at least 1
     */
    public PromptLookup(int most) {
        length = new DraftLength(most);
    }

    @Override
    public int[] guess(int[] text, int n, int room, int step) {
        int wanted = length.next(room);
        for (int match = Math.min(LONGEST_MATCH, n - 1); match >= SHORTEST_MATCH && wanted > 0; match--) {
            for (int end = n - 1; end >= match; end--) {
                if (sameBefore(text, end, n, match)) {
                    int[] guess = new int[wanted];
                    for (int i = 0; i < wanted; i++) {
                        // A repetition may run into itself: then the guess goes on as it began.
                        guess[i] = end + i < n ? text[end + i] : guess[end + i - n];
                    }
                    return guess;
                }
            }
        }
        return new int[0];
    }

    @Override
    public void judge(int drafted, int accepted) {
        length.judge(drafted, accepted);
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
