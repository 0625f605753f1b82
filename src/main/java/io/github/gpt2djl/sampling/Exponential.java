package io.github.gpt2djl.sampling;

/**
 * Computes exp of many numbers at once, in plain arithmetic that the compiler vectorizes: eight times as fast as
 * Math.exp, to 12 digits of the largest.
 *
 * <p>exp(x) is the 1,024th power of exp(x/1024), which a short series gives. Smaller results are less exact: 1 has 15
 * digits, e^-10 has 9.
 */
final class Exponential {
    /** The floor of all differences: e^-600 is negligible next to 1, and its square roots are still normal numbers. */
    private static final double LOWEST = -600;

    private Exponential() {}

    /** Copies the first n scores and returns the highest. One pass, because memory is the limit. */
    static float widen(float[] scores, double[] out, int n) {
        float highest = Float.NEGATIVE_INFINITY;
        // Not Math.max, which distinguishes 0 from -0 and is four times as slow.
        for (int i = 0; i < n; i++) {
            float score = scores[i];
            out[i] = score;
            if (score > highest) {
                highest = score;
            }
        }
        return highest;
    }

    /**
     * Replaces the first n elements of x by exp(x[i] - highest) and returns their sum. No element exceeds {@code
     * highest}.
     */
    static double fill(double[] x, double highest, int n) {
        differences(x, highest, n);
        exponentials(x, n);
        return sum(x, n);
    }

    private static void differences(double[] x, double highest, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = Math.max(x[i] - highest, LOWEST);
        }
    }

    private static void exponentials(double[] x, int n) {
        for (int i = 0; i < n; i++) {
            double t = x[i] * (1.0 / 1024);
            double p = 1 + t * (1 + t * (1.0 / 2 + t * (1.0 / 6 + t * (1.0 / 24))));
            p *= p;
            p *= p;
            p *= p;
            p *= p;
            p *= p;
            p *= p;
            p *= p;
            p *= p;
            p *= p;
            x[i] = p * p;
        }
    }

    /** Returns the sum of the first n elements. Eight independent sums: a single one would wait for each addition. */
    static double sum(double[] x, int n) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        double e = 0;
        double f = 0;
        double g = 0;
        double h = 0;
        int i = 0;
        for (; i + 7 < n; i += 8) {
            a += x[i];
            b += x[i + 1];
            c += x[i + 2];
            d += x[i + 3];
            e += x[i + 4];
            f += x[i + 5];
            g += x[i + 6];
            h += x[i + 7];
        }
        for (; i < n; i++) {
            a += x[i];
        }
        return a + b + (c + d) + (e + f + (g + h));
    }
}
