package io.github.gpt2djl;

/** Why a sequence ended. */
public enum FinishReason {
    /** All tokens that were asked for are there. */
    LENGTH,
    /** The model's positions are used up: 1,024 ids for the published GPT-2. */
    CONTEXT,
    /** The end-of-text token was chosen; it is the last id. */
    EOS
}
