package io.github.gpt2djl.training;

import io.github.gpt2djl.internal.sampling.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows of ids: of a training's step at random places, and those that validation goes through. */
final class Batches {
    private Batches() {}

    /**
     * A batch, which depends on nothing but the arguments: a training that goes on has the rows that it would have had.
     *
     * @param number of the batch, from 0
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
     * Windows side by side, in which each id but the first is foretold once; of a long text as many as given, spread over
     * it evenly.
     *
     * @return batches of at most so many rows of one length
     */
    static List<int[][]> windows(int[] ids, int rows, int context, int most) {
        List<int[]> windows = new ArrayList<>();
        for (int first = 0; first + 1 < ids.length; first += context) {
            windows.add(Arrays.copyOfRange(ids, first, Math.min(first + context + 1, ids.length)));
        }
        int all = windows.size();
        if (all > most) {
            List<int[]> every = windows;
            windows = new ArrayList<>();
            for (int i = 0; i < most; i++) {
                windows.add(every.get((int) ((long) i * all / most)));
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
