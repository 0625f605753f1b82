package io.github.gpt2djl.internal.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import io.github.gpt2djl.ModelConfig;

/** Rows of ids that a model learns from. */
final class TrainingRows {
    private TrainingRows() {}

    /** The ids as an array [rows, length]. Rejects rows of different lengths and ids that are out of range. */
    static PtNDArray ids(ModelConfig config, int[][] rows, NDManager scope) {
        int length = rows[0].length;
        long[] ids = new long[rows.length * length];
        for (int row = 0; row < rows.length; row++) {
            if (rows[row].length != length || length < 2 || length > config.positions() + 1) {
                throw new IllegalArgumentException("row " + row + " has " + rows[row].length + " ids, and row 0 "
                        + length + "; expected one length, of 2 to " + (config.positions() + 1));
            }
            for (int i = 0; i < length; i++) {
                int id = rows[row][i];
                if (id < 0 || id >= config.vocabularySize()) {
                    throw new IllegalArgumentException(
                            "id " + id + " is out of range, expected 0 to " + (config.vocabularySize() - 1));
                }
                ids[row * length + i] = id;
            }
        }
        return SharedMemory.copy(scope, new Shape(rows.length, length), ids);
    }
}
