package io.github.gpt2djl.sampling;

/** The ids of one sequence at one step: the prompt's, then the new ones. To be read before the next step. */
public final class TokenSequence {
    private final int[] ids;
    private final int length;
    private final int promptLength;
    private final int maxLength;

    /**
     * A view of an array.
     *
     * @param ids the first {@code length} of them count
     * @param promptLength how many of these are the prompt's
     * @param maxLength the length that the sequence may grow to
     */
    public TokenSequence(int[] ids, int length, int promptLength, int maxLength) {
        this.ids = ids;
        this.length = length;
        this.promptLength = promptLength;
        this.maxLength = maxLength;
    }

    /** Ids so far; the prompt counts. */
    public int length() {
        return length;
    }

    /** The prompt's ids; bos where the prompt was empty. */
    public int promptLength() {
        return promptLength;
    }

    /** Ids that there may be in the end; the prompt counts. */
    public int maxLength() {
        return maxLength;
    }

    /** The i-th id, from 0. */
    public int id(int i) {
        return ids[i];
    }
}
