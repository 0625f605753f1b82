package io.github.gpt2djl.training;

import io.github.gpt2djl.internal.sampling.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Batches of rows of ids: random rows for training, and consecutive windows for validation. */
final class Batches {
    private Batches() {}

    /**
     * Returns a random batch that depends only on the arguments, so that a resumed training sees the same rows.
     *
     * @param number the number of the batch, from 0
     */
    static int[][] random(int[] ids, int rows, int context, long seed, int number) {
        int[][] batch = new int[rows][];
        for (int row = 0; row < rows; row++) {
            int places = ids.length - context;
            int first = (int) (CounterRandom.uniform(seed, row, number) * places);
            batch[row] = Arrays.copyOfRange(ids, first, first + context + 1);
        }
        return batch;
    }

    /**
     * Returns consecutive windows, which predict each id except the first once; of a long text {@code maxWindows}
     * windows, spread evenly.
     *
     * @return batches of at most {@code rows} rows of equal length
     */
    static List<int[][]> windows(int[] ids, int rows, int context, int maxWindows) {
        List<int[]> windows = new ArrayList<>();
        for (int first = 0; first + 1 < ids.length; first += context) {
            windows.add(Arrays.copyOfRange(ids, first, Math.min(first + context + 1, ids.length)));
        }
        int all = windows.size();
        if (all > maxWindows) {
            List<int[]> every = windows;
            windows = new ArrayList<>();
            for (int i = 0; i < maxWindows; i++) {
                windows.add(every.get((int) ((long) i * all / maxWindows)));
            }
        }
        List<int[][]> batches = new ArrayList<>();
        for (int first = 0; first < windows.size(); ) {
            int length = windows.get(first).length;
            int next = first;
            while (next < windows.size() && next - first < rows && windows.get(next).length == length) {
                next++;
            }
            batches.add(windows.subList(first, next).toArray(int[][]::new));
            first = next;
        }
        return batches;
    }
}
