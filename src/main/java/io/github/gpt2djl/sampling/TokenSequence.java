package io.github.gpt2djl.sampling;

/**
 * The ids of one sequence at one step: the prompt's, then the new ones. To be read before the next step.
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
     * A view of an array.
     *
     * @param ids prompt and continuation; not copied
     * @param length how many of them count
     * @param promptLength how many of these are the prompt's
     * @param maxLength the length that the sequence may grow to
     */
    public TokenSequence(int[] ids, int length, int promptLength, int maxLength) {
        this.ids = ids;
        this.length = length;
        this.promptLength = promptLength;
        this.maxLength = maxLength;
    }

    /** {@return ids so far; the prompt counts} */
    public int length() {
        return length;
    }

    /** {@return the prompt's ids; 1, for bos, where the prompt was empty} */
    public int promptLength() {
        return promptLength;
    }

    /** {@return ids that there may be in the end; the prompt counts} */
    public int maxLength() {
        return maxLength;
    }

    /**
     * The i-th id.
     *
     * @param i from 0, below {@link #length()}
     * @return the id
     */
    public int id(int i) {
        return ids[i];
    }
}
