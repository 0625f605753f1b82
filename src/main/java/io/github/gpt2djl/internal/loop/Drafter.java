package io.github.gpt2djl.internal.loop;

/**
 * Guesses the next tokens of one row; a wrong guess costs time, never the text.
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
     * @param length how many of them count
     * @param room the most tokens to guess, at least 0
     * @param step the number of the first guessed token in the continuation, from 0
     * @return the guess, at most {@code room} tokens; empty if there is none
     */
    int[] guess(int[] text, int length, int room, int step);

    /**
     * Tells how the last guess did.
     *
     * @param drafted tokens that it had
     * @param accepted how many of them, from the first on, were right
     */
    void judge(int drafted, int accepted);

    @Override
    default void close() {}
}
