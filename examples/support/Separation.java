package support;

import java.util.List;

/** How well a number tells two groups apart. */
public final class Separation {
    private Separation() {}

    /**
     * The area under the ROC curve: in how many of all pairs the number of the first group is the larger one, a tie
     * counting half; 0.5 is guessing, 1 no error.
     */
    public static double auc(List<Double> higher, List<Double> lower) {
        double wins = 0;
        for (double h : higher) {
            for (double l : lower) {
                wins += h > l ? 1 : h == l ? 0.5 : 0;
            }
        }
        return wins / (higher.size() * lower.size());
    }
}
