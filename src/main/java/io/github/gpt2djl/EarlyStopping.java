package io.github.gpt2djl;

/** When beam search ends, once it has as many complete sequences as beams (transformers' {@code early_stopping}). */
public enum EarlyStopping {
    /** As soon as it has them. */
    TRUE,
    /** When the best running beam, as it stands, is no better than the worst complete sequence. */
    FALSE,
    /** When no running beam could still become better, whatever its length: the whole search. */
    NEVER
}
