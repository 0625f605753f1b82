package io.github.gpt2djl.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.BitSet;
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
    void whatTheDefinitionsKeepIsKept(double spread) {
        Candidates candidates = new Candidates();
        Random random = new Random(11);
        // The same candidates row after row: what a row leaves behind must not show in the next.
        for (int row = 0; row < 12; row++) {
            double p = new double[] {0.1, 0.5, 0.9, 0.95, 0.999}[row % 5];
            int k = new int[] {1, 2, 50, 5000}[row % 4];
            check(candidates, logits(random, spread), p, k);
        }
    }

    /** Two hold .999999; 50,255 others share the rest, of which p takes a part. */
    @Test
    void theNucleusReachesIntoWhatIsHardlyLikely() {
        float[] logits = new float[VOCABULARY];
        Arrays.fill(logits, (float) Math.log(1e-6 / (VOCABULARY - 2)));
        logits[7] = (float) Math.log(.6);
        logits[9] = (float) Math.log(.399999);
        Candidates candidates = new Candidates();
        check(candidates, logits, .9999995, 2);
        assertThat(candidates.size()).isEqualTo(2);
    }

    private static void check(Candidates candidates, float[] logits, double p, int k) {
        float[] falling = falling(logits);
        double[] mass = masses(falling);
        candidates.fill(FloatBuffer.wrap(logits));
        new TopP(p).apply(candidates);
        // Transformers: up to the token that reaches p; as there, masses are compared as floats.
        int count = 1;
        while (count < VOCABULARY && (float) mass[count - 1] < (float) p) {
            count++;
        }
        assertThat(ids(candidates)).as("top-p %s", p).isEqualTo(highest(logits, falling[count - 1], count));

        candidates.fill(FloatBuffer.wrap(logits));
        new OpenAiTopP(p).apply(candidates);
        // OpenAI: what is at least as likely as the last token up to which the mass is within p.
        int within = 1;
        while (within < VOCABULARY && (float) mass[within] <= (float) p) {
            within++;
        }
        assertThat(ids(candidates))
                .as("OpenAI's top-p %s", p)
                .isEqualTo(highest(logits, falling[within - 1], VOCABULARY));

        candidates.fill(FloatBuffer.wrap(logits));
        new TopK(k).apply(candidates);
        assertThat(ids(candidates)).as("top-k %s", k).isEqualTo(highest(logits, falling[k - 1], VOCABULARY));
    }

    @Test
    void exponentialsAreThoseOfTheLibrary() {
        float[] scores = new float[3001];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = 8 - i / 64f;
        }
        double[] found = new double[scores.length];
        assertThat(Exponential.widen(scores, found, scores.length)).isEqualTo(8);
        double sum = Exponential.fill(found, 8, scores.length);
        double expected = 0;
        for (int i = 0; i < scores.length; i++) {
            double exp = Math.exp(scores[i] - 8);
            expected += exp;
            assertThat(found[i]).as("exp(%s)", scores[i] - 8).isCloseTo(exp, within(1e-12));
            assertThat(found[i] / exp).as("exp(%s)", scores[i] - 8).isCloseTo(1, within(3e-6));
        }
        assertThat(sum).isCloseTo(expected, within(1e-12 * expected));
    }

    @Test
    void whatCannotComeWeighsNothing() {
        float[] scores = {0, Float.NEGATIVE_INFINITY, -1e30f};
        double[] found = new double[3];
        assertThat(Exponential.widen(scores, found, 3)).isZero();
        assertThat(Exponential.fill(found, 0, 3)).isEqualTo(1);
        assertThat(found[1]).isEqualTo(found[2]).isBetween(0.0, Multinomial.NOTHING);
    }

    private static float[] falling(float[] logits) {
        float[] falling = new float[VOCABULARY];
        float[] rising = logits.clone();
        Arrays.sort(rising);
        for (int rank = 0; rank < VOCABULARY; rank++) {
            falling[rank] = rising[VOCABULARY - 1 - rank];
        }
        return falling;
    }

    /** The probability of all up to a rank. */
    private static double[] masses(float[] falling) {
        double[] mass = new double[VOCABULARY];
        double sum = 0;
        for (int rank = 0; rank < VOCABULARY; rank++) {
            sum += Math.exp(falling[rank] - falling[0]);
            mass[rank] = sum;
        }
        for (int rank = 0; rank < VOCABULARY; rank++) {
            mass[rank] /= sum;
        }
        return mass;
    }

    /** The ids whose scores are at least {@code lowest}; of equal ones the higher, if they are more than {@code most}. */
    private static int[] highest(float[] logits, float lowest, int most) {
        int ties = most;
        for (float logit : logits) {
            ties -= logit > lowest ? 1 : 0;
        }
        BitSet kept = new BitSet(VOCABULARY);
        for (int id = VOCABULARY - 1; id >= 0; id--) {
            if (logits[id] > lowest || (logits[id] == lowest && ties-- > 0)) {
                kept.set(id);
            }
        }
        return kept.stream().toArray();
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

    private static int[] ids(Candidates candidates) {
        return IntStream.range(0, candidates.size()).map(candidates::id).toArray();
    }
}
