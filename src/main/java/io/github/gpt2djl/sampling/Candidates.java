package io.github.gpt2djl.sampling;

import java.nio.FloatBuffer;
import java.util.Arrays;

/** The tokens still in the draw with their scores, in ascending order of id. Rules change scores or drop tokens. */
final class Candidates {
    private int size;
    private float[] scores = new float[0];
    /** The candidates' ids. Used only once tokens have been dropped; until then candidate i is token i. */
    private int[] ids = new int[0];

    private boolean numbered;
    /** exp(score - highest) of each candidate; valid while {@link #weighed}. */
    private double[] weights = new double[0];

    private boolean weighed;
    private double total;
    /** The highest score, valid while weighed: no rule drops its candidate. */
    private float top;

    private final Ranking ranking = new Ranking();
    private int[] places = new int[0];

    /** Starts over with every token of the vocabulary. */
    void fill(FloatBuffer logits) {
        size = logits.limit();
        if (scores.length < size) {
            scores = new float[size];
            ids = new int[size];
            places = new int[size];
        }
        logits.get(0, scores, 0, size);
        numbered = false;
        weighed = false;
    }

    int size() {
        return size;
    }

    int id(int i) {
        return numbered ? ids[i] : i;
    }

    float score(int i) {
        return scores[i];
    }

    void divide(float by) {
        for (int i = 0; i < size; i++) {
            scores[i] /= by;
        }
        weighed = false;
    }

    float highest() {
        weights();
        return top;
    }

    /**
     * Returns exp(score - highest) of each candidate: the first {@link #size()} elements are valid. For reading only.
     */
    double[] weights() {
        if (!weighed) {
            if (weights.length < size) {
                weights = new double[size];
            }
            top = Exponential.widen(scores, weights, size);
            total = Exponential.fill(weights, top, size);
            if (Float.isInfinite(top) || Double.isNaN(total)) {
                throw notNumbers();
            }
            weighed = true;
        }
        return weights;
    }

    /** Ranks the candidates around the place where their probabilities add up to p. */
    Ranking ranked(double p) {
        ranking.rank(this, p);
        return ranking;
    }

    /** Returns the sum of {@link #weights()}. */
    double total() {
        weights();
        return total;
    }

    /** Keeps the scores above {@code lowest}, and the scores equal to {@code lowest} from token {@code fromId} on. */
    void keepAbove(float lowest, int fromId) {
        int found = above(lowest);
        int kept = 0;
        for (int i = 0; i < found; i++) {
            int place = places[i];
            if (scores[place] > lowest || id(place) >= fromId) {
                places[kept++] = place;
            }
        }
        keepPlaces(kept);
        if (weighed) {
            total = Exponential.sum(weights, size);
        }
    }

    /** Keeps the candidates whose {@link #weights()} are at least {@code min}, and always the likeliest. */
    void keepWeights(double min) {
        double[] all = weights();
        double lowest = Math.min(min, 1);
        int found = 0;
        double sum = 0;
        for (int i = 0; i < size; i++) {
            if (all[i] >= lowest) {
                places[found++] = i;
                sum += all[i];
            }
        }
        keepPlaces(found);
        total = sum;
    }

    /**
     * Keeps the candidates whose surprise is nearest to {@code expected}, until their probabilities reach {@code mass};
     * ties with the last one stay.
     */
    void keepNearest(double expected, double mass) {
        double[] all = weights();
        double log = Math.log(total);
        // A distance is not negative, so its bits rise with it.
        long[] keys = new long[size];
        for (int i = 0; i < size; i++) {
            double surprise = all[i] > Multinomial.NOTHING ? log - (scores[i] - top) : Double.POSITIVE_INFINITY;
            keys[i] = ((long) Float.floatToIntBits((float) Math.abs(surprise - expected)) << 32) | i;
        }
        Arrays.sort(keys);
        int last = 0;
        double sum = all[(int) keys[0]];
        while (last + 1 < size && sum < mass * total) {
            sum += all[(int) keys[++last]];
        }
        long farthest = keys[last] >>> 32;
        int found = 0;
        while (found < size && keys[found] >>> 32 <= farthest) {
            places[found] = (int) keys[found];
            found++;
        }
        Arrays.sort(places, 0, found);
        keepPlaces(found);
        weighed = false;
    }

    /** Drops the scores below {@code lowest} if the others together weigh enough; returns whether they do. */
    boolean keepHeavy(float lowest, double enough) {
        double[] all = weights();
        int found = above(lowest);
        int[] where = places;
        // Four independent sums: a single one would wait for each addition.
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = 0;
        for (; i + 3 < found; i += 4) {
            a += all[where[i]];
            b += all[where[i + 1]];
            c += all[where[i + 2]];
            d += all[where[i + 3]];
        }
        for (; i < found; i++) {
            a += all[where[i]];
        }
        double sum = a + b + (c + d);
        if (sum >= enough) {
            keepPlaces(found);
            total = sum;
        }
        return sum >= enough;
    }

    /**
     * Fills {@link #places} with the indices of the candidates whose scores are at least {@code lowest}, in ascending
     * order and without -Infinity; returns their number. Branch-free: the comparison is unpredictable, so the sign bit
     * of a difference is added instead.
     */
    private int above(float lowest) {
        float bound = Math.max(Math.nextDown(lowest), -Float.MAX_VALUE);
        float[] row = scores;
        int n = size;
        int[] where = places;
        int found = 0;
        for (int i = 0; i < n; i++) {
            where[found] = i;
            found += Float.floatToRawIntBits(bound - row[i]) >>> 31;
        }
        return found;
    }

    /** Keeps the k highest scores and all ties with the k-th. */
    void keepHighest(int k) {
        if (k >= size) {
            return;
        }
        float[] row = scores;
        int n = size;
        int[] where = places;
        float[] heap = Arrays.copyOf(row, k);
        MinHeap.build(heap);
        for (int i = 0; i < k; i++) {
            where[i] = i;
        }
        int found = k;
        // A score below the k highest so far is not among the k highest of all.
        float lowest = heap[0];
        for (int i = k; i < n; i++) {
            float score = row[i];
            if (score >= lowest) {
                where[found++] = i;
                if (score > lowest) {
                    MinHeap.replaceLowest(heap, score);
                    lowest = heap[0];
                }
            }
        }
        keepPlaces(found);
        keepAbove(lowest, 0);
    }

    /** Keeps the candidates whose indices are the first elements of {@link #places}, in ascending order. */
    private void keepPlaces(int found) {
        for (int i = 0; i < found; i++) {
            int place = places[i];
            ids[i] = id(place);
            scores[i] = scores[place];
            if (weighed) {
                weights[i] = weights[place];
            }
        }
        numbered = true;
        size = found;
    }

    static IllegalStateException notNumbers() {
        return new IllegalStateException("the scores to choose from are NaN or infinite; is a temperature or a penalty"
                + " too extreme for 32-bit floats, or are the model's weights damaged?");
    }
}
