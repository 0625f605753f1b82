package io.github.gpt2djl.internal.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.IValue;
import java.util.Arrays;
import java.util.List;

/** Prompts of any lengths that join a cache together, padded behind. */
final class Prompts {
    private final long[] padded;
    private final long[] lengths;
    private final int width;
    private final int copies;

    /** At least one of at least one id each; each fills so many rows. */
    Prompts(List<int[]> prompts, int copies) {
        this.copies = copies;
        width = prompts.stream().mapToInt(p -> p.length).max().orElseThrow();
        padded = new long[prompts.size() * width];
        lengths = new long[prompts.size()];
        for (int i = 0; i < lengths.length; i++) {
            int[] prompt = prompts.get(i);
            lengths[i] = prompt.length;
            for (int t = 0; t < prompt.length; t++) {
                padded[i * width + t] = prompt[t];
            }
        }
    }

    int rows() {
        return lengths.length * copies;
    }

    /** Tokens of the longest. */
    int width() {
        return width;
    }

    /** Of the prompt of the i-th row. */
    long length(int i) {
        return lengths[i / copies];
    }

    /** [prompts, width]. */
    IValue ids(NDManager scope) {
        return IValue.from(SharedMemory.copy(scope, new Shape(lengths.length, width), padded));
    }

    /** [prompts]; empty where all have the same length. */
    IValue ends(NDManager scope) {
        boolean same = Arrays.stream(lengths).allMatch(length -> length == width);
        long[] ends = same ? new long[0] : lengths;
        return IValue.from(SharedMemory.copy(scope, new Shape(ends.length), ends));
    }
}
