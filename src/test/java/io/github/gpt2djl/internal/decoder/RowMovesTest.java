package io.github.gpt2djl.internal.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RowMovesTest {
    /** All maps of up to five rows, and many of more: the copies, one after the other, do what all at once would. */
    @Test
    void oneAfterTheOtherIsAsAllAtOnce() {
        for (int targets = 1; targets <= 5; targets++) {
            for (int rows = 1; rows <= 5; rows++) {
                for (int number = 0; number < Math.pow(rows, targets); number++) {
                    int[] sources = new int[targets];
                    for (int i = 0, rest = number; i < targets; i++, rest /= rows) {
                        sources[i] = rest % rows;
                    }
                    check(sources);
                }
            }
        }
        Random random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            check(random.ints(1 + random.nextInt(40), 0, 1 + random.nextInt(40)).toArray());
        }
    }

    private static void check(int[] sources) {
        int[] rows = IntStream.range(0, 40).toArray();
        int spare = -1;
        int copies = 0;
        long[] moves = RowMoves.of(sources);
        for (int i = 0; i < moves.length; i += 2) {
            int moved = moves[i] == RowMoves.SPARE ? spare : rows[(int) moves[i]];
            if (moves[i + 1] == RowMoves.SPARE) {
                spare = moved;
            } else {
                rows[(int) moves[i + 1]] = moved;
                copies++;
            }
        }
        assertThat(Arrays.copyOf(rows, sources.length)).isEqualTo(sources);
        assertThat(copies).as("copies for %s", Arrays.toString(sources)).isEqualTo((int)
                IntStream.range(0, sources.length)
                        .filter(place -> sources[place] != place)
                        .count());
    }

    @Test
    void onlyCirclesNeedASpareRow() {
        assertThat(RowMoves.of(new int[] {0, 0, 1})).containsExactly(1, 2, 0, 1);
        assertThat(RowMoves.of(new int[] {1, 0, 1})).containsExactly(1, 2, 0, -1, 1, 0, -1, 1);
        assertThat(RowMoves.of(new int[] {0, 1, 2})).isEmpty();
    }
}
