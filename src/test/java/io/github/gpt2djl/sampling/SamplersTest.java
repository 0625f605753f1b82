package io.github.gpt2djl.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.Gson;
import io.github.gpt2djl.internal.sampling.CounterRandom;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Samplers against exact distributions and against transformers' warpers. */
class SamplersTest {
    private static final int DRAWS = 200_000;
    private static final TokenSequence NONE = new TokenSequence(new int[0], 0, 0, 0);

    private record Case(
            float[] scores, double temperature, int top_k, double top_p, int[] kept, double[] probabilities) {
        List<LogitsWarper> rules() {
            List<LogitsWarper> rules = new ArrayList<>();
            if (temperature != 1) {
                rules.add(new Temperature(temperature));
            }
            if (top_k > 0) {
                rules.add(new TopK(top_k));
            }
            rules.add(new TopP(top_p));
            return rules;
        }
    }

    /** src/test/python/make_references.py asked transformers what stays, and how likely it is. */
    @TestFactory
    List<DynamicTest> keepsWhatTransformersKeeps() throws IOException {
        Case[] cases = new Gson()
                .fromJson(Files.readString(Path.of("src/test/resources/reference/warpers.json")), Case[].class);
        List<DynamicTest> tests = new ArrayList<>();
        for (Case c : cases) {
            String name = "%d scores, t %s k %d p %s".formatted(c.scores.length, c.temperature, c.top_k, c.top_p);
            tests.add(DynamicTest.dynamicTest(name, () -> {
                Candidates candidates = new Candidates();
                candidates.fill(FloatBuffer.wrap(c.scores));
                c.rules().forEach(rule -> rule.apply(candidates));
                int[] kept = new int[candidates.size()];
                double total = 0;
                for (int i = 0; i < kept.length; i++) {
                    kept[i] = candidates.id(i);
                    total += Math.exp(candidates.score(i));
                }
                // Which of several equal tokens top-p drops is left open by torch.sort: their scores are compared.
                assertThat(scores(c, kept)).containsExactly(scores(c, c.kept));
                boolean tied = IntStream.range(0, c.scores.length)
                                .mapToObj(i -> c.scores[i])
                                .distinct()
                                .count()
                        < c.scores.length;
                if (!tied) {
                    assertThat(kept).containsExactly(c.kept);
                }
                Arrays.sort(c.probabilities);
                double[] probabilities = new double[kept.length];
                for (int i = 0; i < kept.length; i++) {
                    probabilities[i] = Math.exp(candidates.score(i)) / total;
                }
                Arrays.sort(probabilities);
                for (int i = 0; i < kept.length; i++) {
                    // torch computes the softmax in 32 bits.
                    assertThat(probabilities[i]).isCloseTo(c.probabilities[i], within(1e-6));
                }
            }));
        }
        return tests;
    }

    private static double[] scores(Case c, int[] ids) {
        return Arrays.stream(ids).mapToDouble(id -> c.scores[id]).sorted().toArray();
    }

    @Test
    void drawsWithTheExactFrequencies() {
        float[] logits = new float[30];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) Math.sin(i * 12.9898) * 2;
        }
        chiSquared(logits, List.of());
        chiSquared(logits, List.of(new Temperature(1.7)));
        chiSquared(logits, List.of(new Temperature(.8), new TopK(10), new TopP(.9)));
        chiSquared(logits, List.of(new OpenAiTopP(.7)));
    }

    /**
     * Pearson's statistic of 200,000 draws with a fixed seed, at a significance of one in a million: normal
     * approximation of the quantile (Wilson and Hilferty 1931), z = 4.75.
     */
    private static void chiSquared(float[] logits, List<LogitsWarper> rules) {
        Candidates kept = new Candidates();
        kept.fill(FloatBuffer.wrap(logits));
        rules.forEach(rule -> rule.apply(kept));
        TreeMap<Integer, Double> exact = new TreeMap<>();
        double total = 0;
        for (int i = 0; i < kept.size(); i++) {
            exact.put(kept.id(i), Math.exp(kept.score(i)));
            total += Math.exp(kept.score(i));
        }
        int[] counts = new int[logits.length];
        Sampler sampler = new Multinomial(rules);
        for (int step = 0; step < DRAWS; step++) {
            counts[sampler.sample(FloatBuffer.wrap(logits), NONE, CounterRandom.uniform(42, 0, step))]++;
        }
        double statistic = 0;
        for (int id = 0; id < counts.length; id++) {
            if (exact.containsKey(id)) {
                double expected = DRAWS * exact.get(id) / total;
                statistic += (counts[id] - expected) * (counts[id] - expected) / expected;
            } else {
                assertThat(counts[id]).as("draws of a dropped id").isZero();
            }
        }
        double degrees = exact.size() - 1;
        double c = 2 / (9 * degrees);
        assertThat(statistic).isLessThan(degrees * Math.pow(1 - c + 4.75 * Math.sqrt(c), 3));
    }

    @Test
    void inverseOfTheCumulativeDistribution() {
        FloatBuffer logits = FloatBuffer.wrap(new float[] {(float) Math.log(.25), (float) Math.log(.5), -50, 0});
        // Weights .25 .5 0+ 1 of 1.75.
        Sampler sampler = new Multinomial(List.of());
        assertThat(sampler.sample(logits, NONE, 0)).isZero();
        assertThat(sampler.sample(logits, NONE, .14)).isZero();
        assertThat(sampler.sample(logits, NONE, .15)).isEqualTo(1);
        assertThat(sampler.sample(logits, NONE, .42)).isEqualTo(1);
        assertThat(sampler.sample(logits, NONE, .43)).isEqualTo(3);
        assertThat(sampler.sample(logits, NONE, Math.nextDown(1.0))).isEqualTo(3);
    }

    /**
     * Of two equal tokens the first holds the draws below one half: the cumulative probability must exceed the draw.
     */
    @Test
    void aDrawOnABorderBelongsToTheNextToken() {
        Sampler sampler = new Multinomial(List.of());
        FloatBuffer logits = FloatBuffer.wrap(new float[] {3, 3});
        assertThat(sampler.sample(logits, NONE, Math.nextDown(.5))).isZero();
        assertThat(sampler.sample(logits, NONE, .5)).isEqualTo(1);
    }

    /**
     * Sums in another order may stay below the greatest draw: it belongs to the last token that can come all the same.
     */
    @Test
    void theGreatestDrawTakesTheLastTokenThatCanCome() {
        Random random = new Random(5);
        for (int round = 0; round < 300; round++) {
            float[] logits = new float[1003];
            Arrays.fill(logits, Float.NEGATIVE_INFINITY);
            for (int id = 0; id < 1000; id++) {
                logits[id] = random.nextFloat();
            }
            Sampler sampler = new Multinomial(List.of());
            assertThat(sampler.sample(FloatBuffer.wrap(logits), NONE, Math.nextDown(1.0)))
                    .isEqualTo(999);
        }
    }

    @Test
    void greedyTakesTheLowestIdOfTies() {
        Sampler greedy = new Greedy();
        assertThat(greedy.sample(FloatBuffer.wrap(new float[] {1, 3, 3, 2}), NONE, .9))
                .isEqualTo(1);
        assertThat(greedy.sample(FloatBuffer.wrap(new float[] {-5}), NONE, 0)).isZero();
        assertThat(greedy.sample(FloatBuffer.wrap(new float[] {-7, -3}), NONE, 0))
                .isEqualTo(1);
    }

    @Test
    void theLogitsAreNotChanged() {
        float[] logits = {3, 1, 2};
        FloatBuffer readOnly = FloatBuffer.wrap(logits).asReadOnlyBuffer();
        new Multinomial(List.of(new Temperature(2), new TopK(2), new TopP(.5))).sample(readOnly, NONE, .5);
        assertThat(logits).containsExactly(3, 1, 2);
        assertThat(readOnly.position()).isZero();
    }

    @Test
    void damagedLogitsAreAnError() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            float[] logits = {1, bad, 2};
            assertThatThrownBy(() -> new Multinomial(List.of()).sample(FloatBuffer.wrap(logits), NONE, .5))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("NaN or infinite");
            assertThatThrownBy(() -> new Multinomial(List.of(new TopP(.5))).sample(FloatBuffer.wrap(logits), NONE, .5))
                    .isInstanceOf(IllegalStateException.class);
        }
        float[] nothing = {Float.NaN, Float.NaN};
        assertThatThrownBy(() -> new Greedy().sample(FloatBuffer.wrap(nothing), NONE, 0))
                .isInstanceOf(IllegalStateException.class);
    }

    /** Random123's published known-answer vectors (kat_vectors, philox4x32 10). */
    @Test
    void philoxKnownAnswers() {
        assertThat(hex(CounterRandom.philox(new int[] {0, 0, 0, 0}, 0, 0)))
                .isEqualTo("6627e8d5 e169c58d bc57ac4c 9b00dbd8");
        assertThat(hex(CounterRandom.philox(new int[] {-1, -1, -1, -1}, -1, -1)))
                .isEqualTo("408f276d 41c83b0e a20bc7c6 6d5451fd");
        assertThat(hex(CounterRandom.philox(
                        new int[] {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0xa4093822, 0x299f31d0)))
                .isEqualTo("d16cfe09 94fdcceb 5001e420 24126ea1");
    }

    @Test
    void drawsDependOnSeedRowAndStepOnly() {
        assertThat(CounterRandom.uniform(0, 0, 0)).isEqualTo((0x6627e8d5e169c58dL >>> 11) * 0x1p-53);
        assertThat(CounterRandom.uniform(7, 1, 2))
                .isEqualTo(CounterRandom.uniform(7, 1, 2))
                .isNotEqualTo(CounterRandom.uniform(7, 2, 1))
                .isNotEqualTo(CounterRandom.uniform(8, 1, 2))
                .isNotEqualTo(CounterRandom.uniform(7L << 32, 1, 2))
                .isNotEqualTo(CounterRandom.uniform((1L << 32) + 7, 1, 2));
    }

    /** By an implementation of Philox and of Box and Muller's formula in Python. */
    @Test
    void normalNumbersAreThoseOfTheFormula() {
        assertThat(CounterRandom.gaussian(0, 0, 0)).isCloseTo(0.6261979555664858, within(1e-15));
        assertThat(CounterRandom.gaussian(3, 7, 11)).isCloseTo(0.8331906108191004, within(1e-15));
        assertThat(CounterRandom.gaussian(-1, -5, 1L << 40)).isCloseTo(-0.5407700886559894, within(1e-15));
    }

    /** The share of a normal distribution within one, two and three deviations; 100,000 draws vary by 0.0016. */
    @Test
    void normalNumbersAreSpreadAsTheyShould() {
        double[] numbers = IntStream.range(0, 100_000)
                .mapToDouble(i -> CounterRandom.gaussian(42, 1, i))
                .toArray();
        assertThat(Arrays.stream(numbers).average().orElseThrow()).isCloseTo(0, within(0.015));
        double[] shares = {0.682689, 0.954500, 0.997300};
        for (int deviations = 1; deviations <= 3; deviations++) {
            int most = deviations;
            double share =
                    Arrays.stream(numbers).filter(x -> Math.abs(x) < most).count() / 1e5;
            assertThat(share).isCloseTo(shares[deviations - 1], within(0.007));
        }
    }

    private static String hex(int[] words) {
        return String.join(" ", Arrays.stream(words).mapToObj("%08x"::formatted).toList());
    }
}
