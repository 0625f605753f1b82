package io.github.gpt2djl.internal.checkpoint;

/**
 * scale · (B·A), which is added to a weight number after number; with a magnitude, each output's weights are then
 * brought to that length (DoRA: Liu et al. 2024).
 */
final class LowRank {
    /** [rank, rows] and [rank, columns] of the weight as it is stored. */
    private final float[][] left;

    private final float[][] right;
    private final double scale;
    private final boolean inputsFirst;

    /**
     * With the two matrices.
     *
     * @param a [rank, in]
     * @param b [rank, out], turned
     * @param scale of the product
     * @param inputsFirst whether the weight is stored [in, out]
     */
    LowRank(float[][] a, float[][] b, double scale, boolean inputsFirst) {
        left = inputsFirst ? a : b;
        right = inputsFirst ? b : a;
        this.scale = scale;
        this.inputsFirst = inputsFirst;
    }

    /** Adds to those of the weight's numbers that begin with the {@code first}. */
    void addTo(float[] numbers, int count, long first) {
        int columns = right[0].length;
        for (int done = 0; done < count; ) {
            int row = (int) ((first + done) / columns);
            int column = (int) ((first + done) % columns);
            int length = Math.min(columns - column, count - done);
            for (int k = 0; k < left.length; k++) {
                float factor = (float) (scale * left[k][row]);
                for (int i = 0; i < length; i++) {
                    numbers[done + i] += factor * right[k][column + i];
                }
            }
            done += length;
        }
    }

    /** Of the outputs' weights, whose squares are added to. */
    void addSquares(float[] numbers, int count, long first, double[] squares) {
        for (int i = 0; i < count; i++) {
            squares[output(first + i)] += (double) numbers[i] * numbers[i];
        }
    }

    void multiply(float[] numbers, int count, long first, float[] factors) {
        for (int i = 0; i < count; i++) {
            numbers[i] *= factors[output(first + i)];
        }
    }

    private int output(long number) {
        int columns = right[0].length;
        return (int) (inputsFirst ? number % columns : number / columns);
    }
}
