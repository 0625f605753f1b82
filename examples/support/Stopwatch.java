package support;

import java.util.Arrays;
import java.util.Collection;

/** How long something takes. The machine does other things too, so the median of several times is told. */
public final class Stopwatch {
    private Stopwatch() {}

    /** Wall time of one run. */
    public static double milliseconds(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e6;
    }

    /** The middle value; of an even number the mean of the two in the middle. */
    public static double median(Collection<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("found no time, expected at least one run");
        }
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }
}
