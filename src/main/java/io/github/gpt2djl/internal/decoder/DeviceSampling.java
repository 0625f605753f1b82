package io.github.gpt2djl.internal.decoder;

/**
 * The rules by which a decoder itself chooses the tokens of a row: temperature, top-k and top-p.
 *
 * <pre>{@code
 * DeviceSampling nucleus = new DeviceSampling(0.8, 0, 0.95);
 * try (RunningBatch batch = decoder.prefill(List.of(new int[] {20, 30, 40}), 1, 5)) {
 *     double[][] draws = {{0.1}, {0.7}, {0.4}, {0.2}};
 *     SampledBlock four = batch.steps(new int[] {50}, List.of(nucleus), draws, List.of());
 *     System.out.println(four.id(0, 0) + " and then " + four.id(1, 0));
 * }
 * }</pre>
 *
 * @param temperature divisor of the scores, more than 0; 0: the likeliest token, whatever the other rules are
 * @param topK number of likeliest tokens to draw from, at least 1; ties with the last of them count too; 0: all tokens
 * @param topP total probability of the likeliest tokens to draw from, 0 to 1; the token that crosses this limit is
 *     included
 */
public record DeviceSampling(double temperature, int topK, double topP) {
    /** Always chooses the likeliest token. */
    public static final DeviceSampling GREEDY = new DeviceSampling(0, 0, 1);

    /**
     * Checks the ranges.
     *
     * @param temperature at least 0
     * @param topK at least 0
     * @param topP 0 to 1
     * @throws IllegalArgumentException if one is out of range
     */
    public DeviceSampling {
        if (!(temperature >= 0 && temperature < Double.POSITIVE_INFINITY) || topK < 0 || !(topP >= 0 && topP <= 1)) {
            throw new IllegalArgumentException("found temperature " + temperature + ", top-k " + topK + " and top-p "
                    + topP + ", expected 0 or more, 0 or more, and 0 to 1");
        }
    }

    boolean draws() {
        return temperature > 0;
    }
}
