package io.github.gpt2djl.generation;

/** Guesses the next tokens of one row; a wrong guess costs time, never the text. */
public interface Drafter extends AutoCloseable {
    /**
     * The guess, at most {@code room} tokens; empty if there is none.
     *
     * @param text ids of prompt and continuation
     * @param length how many of them count
     * @param step the number of the first guessed token in the continuation, from 0
     */
    int[] guess(int[] text, int length, int room, int step);

    /** Tells how the last guess did. */
    void judge(int drafted, int accepted);

    @Override
    default void close() {}
}
