package io.github.gpt2djl.sampling;

import java.util.Arrays;

/**
 * The candidates around the rank where the probabilities add up to p, in descending order of score, each with the
 * cumulative probability up to it. Among equal scores the higher id comes first, as in an ascending stable sort read
 * from its end (torch leaves the order of ties open).
 *
 * <p>Only these candidates are sorted: a histogram of the scores shows which they are. One instance serves one
 * generation: a token allocates nothing that grows with the vocabulary.
 */
final class Ranking {
    /** A bin is 1/64 wide; the last one holds all candidates less likely than e^-32 times the likeliest. */
    private static final int BINS_PER_UNIT = 64;

    private static final int BINS = 32 * BINS_PER_UNIT + 1;
    private static final int FEW = 1000;
    /** An upper bound of the rounding of masses, which the rules compare as floats. */
    private static final double SLACK = 1e-6;

    private final double[] bins = new double[BINS];
    private long[] keys = new long[64];
    private int[] ids = new int[64];
    private float[] scores = new float[64];
    private double[] mass = new double[64];
    private int size;
    /** The lowest probability that mattered in the previous row: a first guess that saves time. */
    private double share = 1e-4;

    int size() {
        return size;
    }

    /** Returns the id of a rank, in descending order of score. */
    int id(int rank) {
        return ids[rank];
    }

    float score(int rank) {
        return scores[rank];
    }

    /** Returns the probability of all candidates up to a rank, including the unsorted ones before the first rank. */
    double mass(int rank) {
        return mass[rank];
    }

    /**
     * Ranks the candidates around p, at least one of them within p if there is one. May drop candidates beyond p.
     */
    void rank(Candidates candidates, double p) {
        double total = candidates.total();
        float highest = candidates.highest();
        dropLight(candidates, highest, (p + SLACK) * total, total);
        double[] weights = candidates.weights();
        Arrays.fill(bins, 0);
        for (int i = 0; i < candidates.size(); i++) {
            bins[bin(highest, candidates.score(i))] += weights[i];
        }
        int end = 0;
        double sum = bins[0];
        while (end < BINS - 1 && sum < (p + SLACK) * total) {
            sum += bins[++end];
        }
        // Back to a bin that is not empty and up to whose end the mass is surely below p.
        int begin = end;
        while (begin > 0 && (bins[begin] == 0 || sum >= (p - SLACK) * total)) {
            sum -= bins[begin--];
        }
        double before = 0;
        for (int bin = 0; bin < begin; bin++) {
            before += bins[bin];
        }
        share = 0.7 * Math.exp(-(end + 1.0) / BINS_PER_UNIT) / total;
        collect(candidates, highest, begin, end);
        double upTo = before / total;
        for (int rank = 0; rank < size; rank++) {
            int i = (int) ~keys[rank];
            ids[rank] = candidates.id(i);
            scores[rank] = candidates.score(i);
            upTo += weights[i] / total;
            mass[rank] = upTo;
        }
    }

    /**
     * Drops the candidates that are not needed to reach p. Usually only a few are needed, and about as likely as in the
     * previous row of logits, so one pass is enough.
     */
    private void dropLight(Candidates candidates, float highest, double enough, double total) {
        for (double down = share; candidates.size() > FEW && down > 1e-9; down /= 3) {
            if (candidates.keepHeavy(highest + (float) Math.log(down * total), enough)) {
                return;
            }
        }
    }

    /** Collects and sorts the keys of the candidates in the bins from {@code begin} to {@code end}. */
    private void collect(Candidates candidates, float highest, int begin, int end) {
        // A little wider than the bins: the exact test follows. One test covers both sides, as it is mostly false.
        float middle = (begin + end + 1) / (2f * BINS_PER_UNIT);
        float near = end == BINS - 1 ? Float.POSITIVE_INFINITY : (end - begin + 3) / (2f * BINS_PER_UNIT);
        size = 0;
        for (int i = 0; i < candidates.size(); i++) {
            float score = candidates.score(i);
            if (Math.abs(highest - score - middle) <= near) {
                int bin = bin(highest, score);
                if (bin >= begin && bin <= end) {
                    grow();
                    keys[size++] = key(score, i);
                }
            }
        }
        Arrays.sort(keys, 0, size);
    }

    private void grow() {
        if (size == keys.length) {
            keys = Arrays.copyOf(keys, 2 * size);
            ids = new int[2 * size];
            scores = new float[2 * size];
            mass = new double[2 * size];
        }
    }

    private static int bin(float highest, float score) {
        return Math.min((int) ((highest - score) * BINS_PER_UNIT), BINS - 1);
    }

    /**
     * Returns a key that sorts by descending score, then by descending index: a float's bits rise with its value once
     * those of negatives are flipped.
     */
    private static long key(float score, int index) {
        int bits = Float.floatToIntBits(score + 0f);
        int rising = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
        return ((long) ~rising << 32) | (~index & 0xffffffffL);
    }
}
