package io.github.gpt2djl.internal.loop;

/**
 * Guesses the next tokens of one row. A wrong guess costs time, but never changes the text.
 *
 * <pre>{@code
 * Drafter drafter = new PromptLookup(4);
 * int[] guess = drafter.guess(new int[] {7, 8, 9, 1, 7, 8}, 6, 3, 0);
 * System.out.println(Arrays.toString(guess)); // [9, 1, 7]
 * drafter.judge(guess.length, 2);
 * }</pre>
 */
public interface Drafter extends AutoCloseable {
    /**
     * Guesses what comes next.
     *
     * @param text ids of prompt and continuation
     * @param length number of ids in {@code text} that count
     * @param room maximum number of tokens to guess, at least 0
     * @param step the number of the first guessed token in the continuation, from 0
     * @return the guess, at most {@code room} tokens; empty if there is none
     */
    int[] guess(int[] text, int length, int room, int step);

    /**
     * Reports how many tokens of the last guess were right.
     *
     * @param drafted number of tokens of the guess
     * @param accepted how many of them, from the first on, were right
     */
    void judge(int drafted, int accepted);

    @Override
    default void close() {}
}
