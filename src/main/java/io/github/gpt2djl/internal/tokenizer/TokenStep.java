package io.github.gpt2djl.internal.tokenizer;

/** What a step of a decoder does with whole tokens. */
interface TokenStep {
    /** Takes the next token. */
    void token(String token);

    /** Hands on what it has kept. */
    default void finish() {}
}
