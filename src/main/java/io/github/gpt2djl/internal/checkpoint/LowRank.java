package io.github.gpt2djl.internal.checkpoint;

/**
 * The product scale · (B·A), which is added to a weight number by number. With a magnitude, each output's weights are
 * then scaled to that length (DoRA: Liu et al. 2024).
 */
final class LowRank {
    /** The matrices [rank, rows] and [rank, columns], for the weight as it is stored. */
    private final float[][] left;

    private final float[][] right;
    private final double scale;
    private final boolean inputsFirst;

    /**
     * Creates the product of two matrices.
     *
     * @param a [rank, in]
     * @param b [rank, out], transposed
     * @param scale the factor of the product
     * @param inputsFirst whether the weight is stored [in, out]
     */
    LowRank(float[][] a, float[][] b, double scale, boolean inputsFirst) {
        left = inputsFirst ? a : b;
        right = inputsFirst ? b : a;
        this.scale = scale;
        this.inputsFirst = inputsFirst;
    }

    /** Adds the product to {@code count} of the weight's numbers, which begin with number {@code first}. */
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

    /** Adds the squares of the numbers to the sum of their output. */
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
