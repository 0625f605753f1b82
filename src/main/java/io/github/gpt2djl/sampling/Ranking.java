package io.github.gpt2djl.sampling;

import java.util.Arrays;

/**
 * Candidates by falling score with the probability mass up to each; of equal scores the higher id comes first, as
 * in an ascending stable sort read from its end (torch leaves the order of ties open).
 *
 * @param ids by falling score
 * @param scores by falling score
 * @param mass {@code mass[i]} is the probability of the first {@code i + 1}
 */
record Ranking(int[] ids, float[] scores, double[] mass) {

    /** Ranks the candidates that can lie within the first {@code p} of the mass. */
    static Ranking of(Candidates candidates, double p) {
        float highest = candidates.highest();
        int n = candidates.size();
        double[] weight = new double[n];
        double total = 0;
        for (int i = 0; i < n; i++) {
            weight[i] = Math.exp(candidates.score(i) - highest);
            total += weight[i];
        }
        // Together, tokens lighter than (1 - p) / n weigh less than 1 - p: they lie beyond p and need no sorting.
        double tooLight = 0.999 * total * (1 - p) / n;
        long[] keys = new long[n];
        int count = 0;
        for (int i = 0; i < n; i++) {
            if (weight[i] >= tooLight) {
                keys[count++] = key(candidates.score(i), i);
            }
        }
        Arrays.sort(keys, 0, count);
        int[] ids = new int[count];
        float[] scores = new float[count];
        double[] mass = new double[count];
        double sum = 0;
        for (int rank = 0; rank < count; rank++) {
            int i = (int) ~keys[rank];
            ids[rank] = candidates.id(i);
            scores[rank] = candidates.score(i);
            sum += weight[i] / total;
            mass[rank] = sum;
        }
        return new Ranking(ids, scores, mass);
    }

    /** Drops what is ranked after {@code last}. */
    void keepUpTo(int last, Candidates candidates) {
        float lowest = scores[last];
        int lowestId = ids[last];
        candidates.keepIf((id, score) -> score > lowest || (score == lowest && id >= lowestId));
    }

    /** Sorts by falling score, then by falling index: a float's bits rise with it once negatives are flipped. */
    private static long key(float score, int index) {
        int bits = Float.floatToIntBits(score + 0f);
        int rising = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
        return ((long) ~rising << 32) | (~index & 0xffffffffL);
    }
}
