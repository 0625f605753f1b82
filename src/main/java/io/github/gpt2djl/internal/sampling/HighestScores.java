package io.github.gpt2djl.internal.sampling;

import java.util.Arrays;

/**
 * The n highest of many scores by falling score, of equal ones the lower number first; nothing else is sorted.
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

    /** Scores with their numbers, ordered as these are ranked; the lowest at the root. */
    private long[] heap;

    private final int most;
    private int size;

    /**
     * Starts with nothing looked at.
     *
     * @param n at least 1
     */
    public HighestScores(int n) {
        most = n;
        heap = new long[Math.min(n, ROOM)];
    }

    /**
     * Looks at scores.
     *
     * @param scores -Infinity and NaN never count
     * @param plus is added to each
     * @param first the number of the first one, above those that have been looked at before
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
     * Hands out the highest, and starts over.
     *
     * @return at most n keys, which {@link #score} and {@link #number} read, by falling score
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
     * The score in a key.
     *
     * @param key one of those that {@link #take} has handed out
     * @return the score, with what was added to it
     */
    public static float score(long key) {
        int rising = (int) (key >> 32);
        return Float.intBitsToFloat(rising ^ ((rising >> 31) & Integer.MAX_VALUE));
    }

    /**
     * The number in a key.
     *
     * @param key one of those that {@link #take} has handed out
     * @return the score's number among all that were looked at
     */
    public static int number(long key) {
        return (int) ~key;
    }

    /** A float's bits rise with it once negatives are flipped. */
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
