package io.github.gpt2djl.internal.decoder;

/**
 * The tokens that a decoder itself has chosen in several steps.
 *
 * <pre>{@code
 * try (RunningBatch batch = decoder.prefill(List.of(new int[] {20, 30, 40}), 1, 3)) {
 *     SampledBlock two = batch.steps(new int[] {50}, List.of(DeviceSampling.GREEDY), new double[2][1], List.of());
 *     System.out.println(two.steps()); // 2
 * }
 * }</pre>
 *
 * @param steps number of steps
 * @param rows of the batch
 * @param numbers [2, steps, rows]: the tokens, then their log-probabilities
 */
public record SampledBlock(int steps, int rows, double[] numbers) {
    /**
     * The id of a token.
     *
     * @param step from 0
     * @param place of its row
     * @return the id
     */
    public int id(int step, int place) {
        return (int) numbers[step * rows + place];
    }

    /**
     * The log-probability of a token under the model itself.
     *
     * @param step from 0
     * @param place of its row
     * @return the natural logarithm of its probability
     * @throws IllegalStateException if the logits are NaN or infinite
     */
    public float logProbability(int step, int place) {
        return Logits.requireNumber((float) numbers[(steps + step) * rows + place]);
    }
}
