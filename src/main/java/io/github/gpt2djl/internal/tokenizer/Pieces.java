package io.github.gpt2djl.internal.tokenizer;

/** Receives a text's tokens one after another. Each token comes in one part or in several. */
public interface Pieces {
    /**
     * Takes the next part of a token.
     *
     * @param text whole characters; may be empty
     * @param ends whether the token ends with this part
     */
    void part(String text, boolean ends);

    /** Takes the end of the text. An open token ends there. */
    void end();
}
