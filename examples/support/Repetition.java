package support;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** How much a text repeats itself. */
public final class Repetition {
    private Repetition() {}

    /**
     * The share of n-grams that have occurred before: seq-rep-n of Welleck et al. 2020.
     *
     * @return 0 to 1; 0 for a text of fewer than n tokens
     */
    public static double share(List<Integer> ids, int n) {
        int ngrams = ids.size() - n + 1;
        Set<List<Integer>> distinct = new HashSet<>();
        for (int i = 0; i < ngrams; i++) {
            distinct.add(ids.subList(i, i + n));
        }
        return ngrams <= 0 ? 0 : 1 - (double) distinct.size() / ngrams;
    }
}
