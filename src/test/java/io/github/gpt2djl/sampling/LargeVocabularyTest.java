package io.github.gpt2djl.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules' shortcuts for 50,257 tokens against their definitions: sort all, add up, cut. */
class LargeVocabularyTest {
    private static final int VOCABULARY = 50257;

    @ParameterizedTest
    @CsvSource({"0.3", "1", "3", "8"})
    void topKAndTopPKeepWhatTheDefinitionKeeps(double spread) {
        Candidates candidates = new Candidates();
        Random random = new Random(11);
        // The same candidates row after row: what a row leaves behind must not show in the next.
        for (int row = 0; row < 12; row++) {
            float[] logits = logits(random, spread);
            double p = new double[] {0.1, 0.5, 0.9, 0.95, 0.999}[row % 5];
            candidates.fill(FloatBuffer.wrap(logits));
            new TopP(p).apply(candidates);
            assertThat(ids(candidates)).as("top-p %s", p).isEqualTo(nucleus(logits, p));

            candidates.fill(FloatBuffer.wrap(logits));
            new OpenAiTopP(p).apply(candidates);
            assertThat(ids(candidates)).as("OpenAI's top-p %s", p).isEqualTo(withinMass(logits, p));

            int k = new int[] {1, 2, 50, 5000}[row % 4];
            candidates.fill(FloatBuffer.wrap(logits));
            new TopK(k).apply(candidates);
            float[] sorted = logits.clone();
            Arrays.sort(sorted);
            float lowest = sorted[VOCABULARY - k];
            assertThat(ids(candidates))
                    .as("top-k %s", k)
                    .isEqualTo(IntStream.range(0, VOCABULARY)
                            .filter(id -> logits[id] >= lowest)
                            .boxed()
                            .toList());
        }
    }

    @Test
    void exponentialsAreThoseOfTheLibrary() {
        float[] scores = new float[3001];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = 8 - i / 64f;
        }
        double[] found = new double[scores.length];
        double sum = Exponential.fill(scores, 8, found, scores.length);
        double expected = 0;
        for (int i = 0; i < scores.length; i++) {
            double exp = Math.exp(scores[i] - 8);
            expected += exp;
            assertThat(found[i] / exp).as("exp(%s)", scores[i] - 8).isCloseTo(1, within(1e-9));
        }
        assertThat(sum).isCloseTo(expected, within(1e-9 * expected));
    }

    @Test
    void whatCannotComeWeighsNothing() {
        float[] scores = {0, Float.NEGATIVE_INFINITY, -1e30f};
        double[] found = new double[3];
        assertThat(Exponential.fill(scores, 0, found, 3)).isEqualTo(1);
        assertThat(found[1]).isEqualTo(found[2]).isBetween(0.0, Multinomial.NOTHING);
    }

    /** Transformers' definition; as there, masses are compared as floats. */
    private static List<Integer> nucleus(float[] logits, double p) {
        int[] order = byFallingScore(logits);
        double[] mass = masses(logits, order);
        int count = 1;
        while (count < VOCABULARY && (float) mass[count - 1] < (float) p) {
            count++;
        }
        return Arrays.stream(order).limit(count).sorted().boxed().toList();
    }

    /** OpenAI's: what is at least as likely as the last token up to which the mass is within p. */
    private static List<Integer> withinMass(float[] logits, double p) {
        int[] order = byFallingScore(logits);
        double[] mass = masses(logits, order);
        int count = 1;
        while (count < VOCABULARY && (float) mass[count] <= (float) p) {
            count++;
        }
        float lowest = logits[order[count - 1]];
        return IntStream.range(0, VOCABULARY)
                .filter(id -> logits[id] >= lowest)
                .boxed()
                .toList();
    }

    /** Of equal ones the higher id first. */
    private static int[] byFallingScore(float[] logits) {
        return IntStream.range(0, VOCABULARY)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer id) -> -logits[id])
                        .thenComparing(Comparator.reverseOrder()))
                .mapToInt(id -> id)
                .toArray();
    }

    private static double[] masses(float[] logits, int[] order) {
        double[] mass = new double[VOCABULARY];
        double sum = 0;
        for (int rank = 0; rank < VOCABULARY; rank++) {
            sum += Math.exp(logits[order[rank]] - logits[order[0]]);
            mass[rank] = sum;
        }
        for (int rank = 0; rank < VOCABULARY; rank++) {
            mass[rank] /= sum;
        }
        return mass;
    }

    private static float[] logits(Random random, double spread) {
        float[] logits = new float[VOCABULARY];
        for (int id = 0; id < VOCABULARY; id++) {
            // Some ties.
            double value = -60 + spread * random.nextGaussian();
            logits[id] = id % 7 == 0 ? (float) (Math.round(value * 64) / 64.0) : (float) value;
        }
        return logits;
    }

    private static List<Integer> ids(Candidates candidates) {
        return IntStream.range(0, candidates.size()).mapToObj(candidates::id).toList();
    }
}
