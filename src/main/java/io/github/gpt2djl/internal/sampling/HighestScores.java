package io.github.gpt2djl.internal.sampling;

import java.util.Arrays;

/**
 * The n highest of many scores in descending order, the lower number first on ties; no other score is sorted.
 *
 * <pre>{@code
 * HighestScores highest = new HighestScores(2);
 * highest.look(new float[] {1, 9, 5}, 0, 0);
 * for (long key : highest.take()) {
 *     System.out.println(HighestScores.number(key) + ": " + HighestScores.score(key));
 * }
 * }</pre>
 */
public final class HighestScores {
    private static final int ROOM = 64;

    /** A min-heap of keys: scores with their numbers. */
    private long[] heap;

    private final int most;
    private int size;

    /**
     * Starts without scores.
     *
     * @param n number of scores to keep, at least 1
     */
    public HighestScores(int n) {
        most = n;
        heap = new long[Math.min(n, ROOM)];
    }

    /**
     * Adds scores.
     *
     * @param scores the scores; -Infinity and NaN are ignored
     * @param plus a number added to each score
     * @param first the number of the first score, above all numbers so far
     */
    public void look(float[] scores, float plus, int first) {
        float lowest = size == most ? score(heap[0]) : Float.NEGATIVE_INFINITY;
        for (int i = 0; i < scores.length; i++) {
            float score = scores[i] + plus;
            if (score > lowest) {
                add(key(score, first + i));
                lowest = size == most ? score(heap[0]) : Float.NEGATIVE_INFINITY;
            }
        }
    }

    /**
     * Returns the highest scores and starts over.
     *
     * @return at most n keys for {@link #score} and {@link #number}, in descending order of score
     */
    public long[] take() {
        long[] falling = Arrays.copyOf(heap, size);
        Arrays.sort(falling);
        for (int i = 0; i < size / 2; i++) {
            long low = falling[i];
            falling[i] = falling[size - 1 - i];
            falling[size - 1 - i] = low;
        }
        size = 0;
        return falling;
    }

    /**
     * Returns the score of a key.
     *
     * @param key an element that {@link #take} has returned
     * @return the score, including the number added to it
     */
    public static float score(long key) {
        int rising = (int) (key >> 32);
        return Float.intBitsToFloat(rising ^ ((rising >> 31) & Integer.MAX_VALUE));
    }

    /**
     * Returns the number of a key's score.
     *
     * @param key an element that {@link #take} has returned
     * @return the score's number among all scores added
     */
    public static int number(long key) {
        return (int) ~key;
    }

    /** Returns bits that rise with the float's value: those of negatives are flipped. */
    private static long key(float score, int number) {
        int bits = Float.floatToIntBits(score + 0f);
        int rising = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
        return ((long) rising << 32) | (~number & 0xffffffffL);
    }

    private void add(long key) {
        if (size < most) {
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, (int) Math.min(most, 2L * size));
            }
            int i = size++;
            for (; i > 0 && heap[(i - 1) / 2] > key; i = (i - 1) / 2) {
                heap[i] = heap[(i - 1) / 2];
            }
            heap[i] = key;
            return;
        }
        int i = 0;
        for (int child = 1; child < size; child = 2 * i + 1) {
            if (child + 1 < size && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[child] >= key) {
                break;
            }
            heap[i] = heap[child];
            i = child;
        }
        heap[i] = key;
    }
}
