package io.github.gpt2djl.internal.loop;

/**
 * The size of a batch, and the way in which prompts join the batch.
 *
 * @param places maximum number of sequences that run at once, at least 1
 * @param ahead maximum number of steps that the decoder takes in one call, if it knows the rules of all running requests
 *     and so can choose their tokens by itself; 0: all tokens are chosen in Java
 * @param prefillChunk maximum number of prompt tokens that are computed between two steps of running rows, at least 1
 * @param prefixes the texts whose beginnings are known
 */
public record LoopOptions(int places, int ahead, int prefillChunk, Prefixes prefixes) {
    /** A number of prompt tokens that is never reached: whole prompts are computed between two steps. */
    public static final int WHOLE_PROMPTS = Integer.MAX_VALUE;

    /**
     * Makes the options of a loop that chooses all tokens in Java, computes whole prompts, and knows no text.
     *
     * @param places maximum number of sequences that run at once, at least 1
     */
    public LoopOptions(int places) {
        this(places, 0, WHOLE_PROMPTS, Prefixes.NONE);
    }

    /** {@return a copy with another number of steps ahead} */
    public LoopOptions withAhead(int steps) {
        return new LoopOptions(places, steps, prefillChunk, prefixes);
    }

    /** {@return a copy with another number of prompt tokens between two steps} */
    public LoopOptions withPrefillChunk(int tokens) {
        return new LoopOptions(places, ahead, tokens, prefixes);
    }

    /** {@return a copy with other known texts} */
    public LoopOptions withPrefixes(Prefixes known) {
        return new LoopOptions(places, ahead, prefillChunk, known);
    }
}
