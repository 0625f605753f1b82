package io.github.gpt2djl.internal.tokenizer;

/** A step of a decoder on whole tokens. */
interface TokenStep {
    /** Takes the next token. */
    void token(String token);

    /** Hands on the text that the step has kept. */
    default void finish() {}
}
