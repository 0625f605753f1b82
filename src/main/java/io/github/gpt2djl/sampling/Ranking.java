package io.github.gpt2djl.sampling;

import java.util.Arrays;

/**
 * Candidates by falling score around the place where their probabilities add up to p, with the mass up to each; of
 * equal scores the higher id comes first, as in an ascending stable sort read from its end (torch leaves the order of
 * ties open).
 *
 * <p>Only these are sorted: a histogram over the scores tells where the place is.
 *
 * @param ids by falling score
 * @param scores by falling score
 * @param mass {@code mass[i]} is the probability of all that rank up to {@code i}, those before the first included
 */
record Ranking(int[] ids, float[] scores, double[] mass) {
    /** A bin is 1/64 wide; the last holds all that is less likely than e^-32 times the likeliest. */
    private static final int BINS_PER_UNIT = 64;

    private static final int BINS = 32 * BINS_PER_UNIT + 1;
    private static final int FEW = 1000;
    /** The rules compare masses as floats, whose rounding is below this. */
    private static final double SLACK = 1e-6;

    /**
     * Ranks the candidates around p; one that lies within p is among them, if there is one. May drop candidates that
     * lie beyond p.
     */
    static Ranking of(Candidates candidates, double p) {
        float highest = candidates.highest();
        double total = candidates.total();
        dropLight(candidates, highest, (p + SLACK) * total, total);
        double[] weights = candidates.weights();
        double[] bins = candidates.zeros(BINS);
        for (int i = 0; i < candidates.size(); i++) {
            bins[bin(highest, candidates.score(i))] += weights[i];
        }
        int end = 0;
        double sum = bins[0];
        while (end < BINS - 1 && sum < (p + SLACK) * total) {
            sum += bins[++end];
        }
        // Back to where the mass is surely below p, and on to a bin with something in it.
        int begin = end;
        sum -= bins[end];
        while (begin > 0 && (begin == end || bins[begin] == 0 || sum >= (p - SLACK) * total)) {
            sum -= bins[--begin];
        }
        double before = 0;
        for (int bin = 0; bin < begin; bin++) {
            before += bins[bin];
        }
        candidates.setShare(0.7 * Math.exp(-(end + 1.0) / BINS_PER_UNIT) / total);
        long[] keys = keys(candidates, highest, begin, end);
        Arrays.sort(keys);
        int[] ids = new int[keys.length];
        float[] scores = new float[keys.length];
        double[] mass = new double[keys.length];
        double upTo = before / total;
        for (int rank = 0; rank < keys.length; rank++) {
            int i = (int) ~keys[rank];
            ids[rank] = candidates.id(i);
            scores[rank] = candidates.score(i);
            upTo += weights[i] / total;
            mass[rank] = upTo;
        }
        return new Ranking(ids, scores, mass);
    }

    /**
     * The likeliest that reach p without the others are all that matters, and mostly they are few: where the last row
     * of logits ended, the next one ends nearly, and one pass is enough.
     */
    private static void dropLight(Candidates candidates, float highest, double enough, double total) {
        for (double share = candidates.share(); candidates.size() > FEW && share > 1e-9; share /= 3) {
            if (candidates.keepHeavy(highest + (float) Math.log(share * total), enough)) {
                return;
            }
        }
    }

    private static long[] keys(Candidates candidates, float highest, int begin, int end) {
        // A little wider than the bins: the exact test follows.
        float lowest = highest - (end + 2f) / BINS_PER_UNIT;
        long[] keys = new long[64];
        int count = 0;
        for (int i = 0; i < candidates.size(); i++) {
            float score = candidates.score(i);
            if (score >= lowest || end == BINS - 1) {
                int bin = bin(highest, score);
                if (bin >= begin && bin <= end) {
                    keys = count == keys.length ? Arrays.copyOf(keys, 2 * count) : keys;
                    keys[count++] = key(score, i);
                }
            }
        }
        return Arrays.copyOf(keys, count);
    }

    private static int bin(float highest, float score) {
        return (int) Math.min((highest - score) * BINS_PER_UNIT, BINS - 1);
    }

    /** Sorts by falling score, then by falling index: a float's bits rise with it once negatives are flipped. */
    private static long key(float score, int index) {
        int bits = Float.floatToIntBits(score + 0f);
        int rising = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
        return ((long) ~rising << 32) | (~index & 0xffffffffL);
    }
}
