package io.github.gpt2djl.internal.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.gpt2djl.sampling.TokenProbability;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The selection without sorting against a stable sort of everything. */
class HighestScoresTest {
    private static final float[] SPECIAL = {
        0f,
        -0f,
        Float.NEGATIVE_INFINITY,
        Float.NaN,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        Float.MAX_VALUE,
        -Float.MAX_VALUE
    };

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8, 64, 500})
    void asManyAsAStableSortPutsFirst(int n) {
        Random random = new Random(n);
        HighestScores highest = new HighestScores(n);
        // The same instance again and again: what it has handed out must be gone.
        for (int round = 0; round < 200; round++) {
            float[] first = scores(random);
            float[] second = scores(random);
            highest.look(first, 1.5f, 0);
            highest.look(second, -2, first.length);
            float[] all = Arrays.copyOf(first, first.length + second.length);
            System.arraycopy(second, 0, all, first.length, second.length);
            for (int i = 0; i < all.length; i++) {
                all[i] += i < first.length ? 1.5f : -2;
            }
            List<Integer> expected = IntStream.range(0, all.length)
                    .boxed()
                    .filter(i -> all[i] > Float.NEGATIVE_INFINITY)
                    .sorted(Comparator.comparingDouble(i -> -(all[i] + 0.0)))
                    .limit(n)
                    .toList();
            long[] found = highest.take();
            assertThat(Arrays.stream(found).mapToObj(HighestScores::number)).isEqualTo(expected);
            for (int i = 0; i < found.length; i++) {
                assertThat(HighestScores.score(found[i])).isEqualTo(all[expected.get(i)] + 0f);
            }
        }
    }

    @Test
    void bothZerosAreEqual() {
        HighestScores highest = new HighestScores(4);
        highest.look(new float[] {-0f, 0f, -0f, 1}, -0f, 0);
        assertThat(Arrays.stream(highest.take()).mapToObj(HighestScores::number))
                .containsExactly(3, 0, 1, 2);
    }

    @Test
    void probabilitiesOfTheLikeliest() {
        FloatBuffer logits = FloatBuffer.wrap(new float[] {1, 3, 2, Float.NEGATIVE_INFINITY, 3});
        double logSumExp = Math.log(Math.exp(1) + 2 * Math.exp(3) + Math.exp(2));
        assertThat(TokenProbability.top(logits, logSumExp, 2))
                .containsExactly(new TokenProbability(1, 3 - logSumExp), new TokenProbability(4, 3 - logSumExp));
        List<TokenProbability> all = new ArrayList<>(TokenProbability.top(logits, logSumExp, 99));
        assertThat(all).extracting(TokenProbability::id).containsExactly(1, 4, 2, 0);
        assertThat(all.stream().mapToDouble(TokenProbability::probability).sum())
                .isCloseTo(1, within(1e-12));
        assertThat(TokenProbability.top(logits, logSumExp, 0)).isEmpty();
    }

    private static float[] scores(Random random) {
        float[] scores = new float[random.nextInt(120)];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = random.nextInt(4) == 0
                    ? SPECIAL[random.nextInt(SPECIAL.length)]
                    // Many ties.
                    : random.nextInt(20) / 4f - 2;
        }
        return scores;
    }
}
