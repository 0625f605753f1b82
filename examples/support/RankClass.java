package support;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Classes of a token's rank, with GLTR's colours (Gehrmann et al. 2019). */
public enum RankClass {
    TOP_10("top 10", 10, 32, '.'),
    TOP_100("top 100", 100, 33, 'o'),
    TOP_1000("top 1000", 1000, 31, 'O'),
    REST("rest", Integer.MAX_VALUE, 35, '#');

    private final String label;
    private final int last;

    /** In a terminal: ANSI's number of green, yellow, red and violet. */
    public final int colour;

    /** Where there are no colours. */
    public final char sign;

    RankClass(String label, int last, int colour, char sign) {
        this.label = label;
        this.last = last;
        this.colour = colour;
        this.sign = sign;
    }

    /** The class of a rank, 1 for the likeliest token. */
    public static RankClass of(int rank) {
        for (RankClass one : values()) {
            if (rank <= one.last) {
                return one;
            }
        }
        throw new AssertionError(rank);
    }

    /** The classes' names, in order. */
    public static List<String> labels() {
        return Arrays.stream(values()).map(RankClass::toString).toList();
    }

    /** How many of the ranks are in each class, 0 to 1. */
    public static List<Double> shares(List<Integer> ranks) {
        List<RankClass> classes = ranks.stream().map(RankClass::of).toList();
        return Arrays.stream(values())
                .map(one -> (double) Collections.frequency(classes, one) / classes.size())
                .toList();
    }

    @Override
    public String toString() {
        return label;
    }
}
