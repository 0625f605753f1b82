package io.github.gpt2djl.internal.decoder;

import ai.djl.pytorch.jni.IValue;

/** Runs only the attentions, MLPs and head of a step, for {@link Decoder#kernelMillis}. */
final class KernelBenchmark {
    private KernelBenchmark() {}

    /** @param storage empty; closed at the end */
    static double millis(TorchModule module, KvStorage storage, int rows, int tokens, int steps) {
        try {
            storage.check(rows, tokens);
            // Memory that was never written would be read faster, because all of it is one page.
            IValue keysAndValues = storage.reserve(rows, tokens, 0, true);
            long start = System.nanoTime();
            for (int i = 0; i < steps; i++) {
                module.call(TorchMethod.ATTENTIONS_AND_MLPS, keysAndValues, (long) tokens);
            }
            return (System.nanoTime() - start) / 1e6 / steps;
        } finally {
            storage.close();
        }
    }
}
