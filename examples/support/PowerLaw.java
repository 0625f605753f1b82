package support;

/**
 * y = a · x^-b, a straight line where both axes are logarithmic.
 *
 * @param a y at x = 1
 * @param b how fast y falls: by 2^-b where x doubles
 */
public record PowerLaw(double a, double b) {
    /**
     * The line of least squares through the points' logarithms.
     *
     * @throws IllegalArgumentException if a value is not above 0, or all x are the same
     */
    public static PowerLaw fit(double[] x, double[] y) {
        int n = x.length;
        double meanX = 0;
        double meanY = 0;
        for (int i = 0; i < n; i++) {
            if (!(x[i] > 0 && y[i] > 0)) {
                throw new IllegalArgumentException(
                        "found the point " + x[i] + ", " + y[i] + ", expected values above 0: they have logarithms");
            }
            meanX += Math.log(x[i]) / n;
            meanY += Math.log(y[i]) / n;
        }
        double covariance = 0;
        double variance = 0;
        for (int i = 0; i < n; i++) {
            double dx = Math.log(x[i]) - meanX;
            covariance += dx * (Math.log(y[i]) - meanY);
            variance += dx * dx;
        }
        if (variance == 0) {
            throw new IllegalArgumentException("found " + n + " points with the same x, expected at least two x");
        }
        double slope = covariance / variance;
        return new PowerLaw(Math.exp(meanY - slope * meanX), -slope);
    }

    /** What the law says of x. */
    public double at(double x) {
        return a * Math.pow(x, -b);
    }
}
