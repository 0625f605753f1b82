package io.github.gpt2djl.internal.decoder;

import ai.djl.pytorch.jni.IValue;

/** A native call that computes tokens of a batch's rows. */
@FunctionalInterface
interface BatchCall {
    /**
     * Calls the method.
     *
     * @param ids of the tokens, [rows, tokens]
     * @param lengths of the rows; empty if all rows have the same length
     * @param logits [rows, vocabulary], written
     * @param logSumExps [rows], written
     */
    void run(IValue ids, IValue lengths, IValue keysAndValues, IValue logits, IValue logSumExps);
}
