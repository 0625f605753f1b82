package io.github.gpt2djl.sampling;

/**
 * The ids of one sequence at one step: the prompt's, then the new ones. Valid until the next step.
 *
 * <pre>{@code
 * TokenSequence text = new TokenSequence(new int[] {20, 30, 40, 0, 0}, 3, 2, 5);
 * System.out.println(text.id(text.length() - 1)); // 40
 * System.out.println(text.length() - text.promptLength()); // 1
 * }</pre>
 */
public final class TokenSequence {
    private final int[] ids;
    private final int length;
    private final int promptLength;
    private final int maxLength;

    /**
     * Creates a view of an array.
     *
     * @param ids prompt and continuation; not copied
     * @param length number of valid ids in the array
     * @param promptLength number of ids of the prompt
     * @param maxLength maximum length of the sequence, prompt included
     */
    public TokenSequence(int[] ids, int length, int promptLength, int maxLength) {
        this.ids = ids;
        this.length = length;
        this.promptLength = promptLength;
        this.maxLength = maxLength;
    }

    /** {@return the number of ids so far, prompt included} */
    public int length() {
        return length;
    }

    /** {@return the number of the prompt's ids; 1, for bos, where the prompt was empty} */
    public int promptLength() {
        return promptLength;
    }

    /** {@return the maximum number of ids, prompt included} */
    public int maxLength() {
        return maxLength;
    }

    /**
     * Returns the i-th id.
     *
     * @param i from 0, below {@link #length()}
     * @return the id
     */
    public int id(int i) {
        return ids[i];
    }
}
