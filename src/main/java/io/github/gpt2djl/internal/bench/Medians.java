package io.github.gpt2djl.internal.bench;

import java.util.Arrays;
import java.util.OptionalDouble;

/** Medians of measurements. */
final class Medians {
    private Medians() {}

    /** The median of the last tenth divided by the median of the second tenth; empty below 100 measurements. */
    static OptionalDouble drift(double[] steps) {
        int tenth = steps.length / 10;
        return tenth < 10
                ? OptionalDouble.empty()
                : OptionalDouble.of(median(Arrays.copyOfRange(steps, steps.length - tenth, steps.length))
                        / median(Arrays.copyOfRange(steps, tenth, 2 * tenth)));
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
