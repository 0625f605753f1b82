package io.github.gpt2djl.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Worked examples of each rule: what stays of a few tokens. */
class RulesTest {
    private static final String WORKED = ".5 .3 .15 .05";

    @ParameterizedTest
    @CsvSource({"1, 0", "2, 0 1", "3, 0 1 2", "4, 0 1 2 3", "50257, 0 1 2 3"})
    void topKKeepsTheHighest(int k, String kept) {
        assertThat(keep(new TopK(k), WORKED)).isEqualTo(kept);
    }

    @ParameterizedTest
    @CsvSource({
        "1, .3 .3 .2 .2, 0 1",
        "2, .3 .3 .2 .2, 0 1",
        "3, .3 .3 .2 .2, 0 1 2 3",
        "1, .25 .25 .25 .25, 0 1 2 3",
        "2, .1 .5 .1 .1 .2, 1 4"
    })
    void topKKeepsEveryTieAtItsBoundary(int k, String probabilities, String kept) {
        assertThat(keep(new TopK(k), probabilities)).isEqualTo(kept);
    }

    @ParameterizedTest
    @CsvSource({".9, 0 1 2", ".8, 0 1", ".81, 0 1 2", ".5, 0", ".51, 0 1", "0, 0", ".96, 0 1 2 3", "1, 0 1 2 3"})
    void topPKeepsTheTokenThatCrosses(double p, String kept) {
        assertThat(keep(new TopP(p), WORKED)).isEqualTo(kept);
    }

    @ParameterizedTest
    @CsvSource({".9, 0 1", ".8, 0 1", ".81, 0 1", ".5, 0", ".49, 0", ".95, 0 1 2", "0, 0", "1, 0 1 2 3"})
    void openAiTopPDropsTheTokenThatCrosses(double p, String kept) {
        assertThat(keep(new OpenAiTopP(p), WORKED)).isEqualTo(kept);
    }

    @Test
    void topPOfTiesKeepsAsManyAsAreNeeded() {
        // As in transformers: of equal tokens the higher ids stay.
        assertThat(keep(new TopP(.5), ".25 .25 .25 .25")).isEqualTo("2 3");
        assertThat(keep(new TopP(.6), ".25 .25 .25 .25")).isEqualTo("1 2 3");
    }

    @Test
    void openAiTopPKeepsEveryTie() {
        assertThat(keep(new OpenAiTopP(.5), ".25 .25 .25 .25")).isEqualTo("0 1 2 3");
        assertThat(keep(new OpenAiTopP(.6), ".6 .2 .2")).isEqualTo("0");
        assertThat(keep(new OpenAiTopP(.8), ".6 .2 .2")).isEqualTo("0 1 2");
    }

    @Test
    void bothZerosAreEqual() {
        Candidates candidates = new Candidates();
        candidates.fill(FloatBuffer.wrap(new float[] {0f, -0f}));
        new TopP(.5).apply(candidates);
        assertThat(ids(candidates)).isEqualTo("1");
    }

    /** Masses and p are compared as floats, which 7 digits tell apart. */
    @ParameterizedTest
    @CsvSource({
        ".9499995, 0 1 2, 0 1",
        ".9500005, 0 1 2 3, 0 1 2",
        ".9999999, 0 1 2 3, 0 1 2",
        ".99999999, 0 1 2 3, 0 1 2 3",
    })
    void aMassNextToP(double p, String kept, String keptByOpenAi) {
        assertThat(keep(new TopP(p), WORKED)).isEqualTo(kept);
        assertThat(keep(new OpenAiTopP(p), WORKED)).isEqualTo(keptByOpenAi);
    }

    @Test
    void theLeastLikelyIsNotForgotten() {
        assertThat(keep(new OpenAiTopP(.99999999), "1 1e-18")).isEqualTo("0 1");
    }

    @Test
    void orderOfIdsDoesNotMatter() {
        assertThat(keep(new TopP(.8), ".05 .15 .3 .5")).isEqualTo("2 3");
        assertThat(keep(new OpenAiTopP(.9), ".15 .5 .05 .3")).isEqualTo("1 3");
        assertThat(keep(new TopK(2), ".15 .5 .05 .3")).isEqualTo("1 3");
    }

    @Test
    void massesOfTopPAreThoseAfterTopK() {
        // Of .4 .3 .2 .1 top-k 2 leaves 4/7 and 3/7: the first alone reaches .55 then.
        Candidates candidates = candidates(".4 .3 .2 .1");
        new TopK(2).apply(candidates);
        new TopP(.55).apply(candidates);
        assertThat(ids(candidates)).isEqualTo("0");
    }

    static List<LogitsWarper> rulesThatDropTheLast() {
        return List.of(
                new TopK(3),
                new TopP(.9),
                new OpenAiTopP(.96),
                new MinP(.2),
                new TypicalP(.81),
                new EpsilonCutoff(.1),
                new EtaCutoff(.1));
    }

    /** .5 .3 .15 are left, of .95. */
    @ParameterizedTest
    @MethodSource("rulesThatDropTheLast")
    void whatIsLeftIsDrawnInProportion(LogitsWarper rule) {
        Sampler sampler = new Multinomial(List.of(rule));
        double[] draws = {.526, .527, .842, .843, .999};
        int[] expected = {0, 1, 1, 2, 2};
        for (int i = 0; i < draws.length; i++) {
            assertThat(sampler.sample(logits(WORKED), new TokenSequence(new int[0], 0, 0, 0), draws[i]))
                    .as("draw %s", draws[i])
                    .isEqualTo(expected[i]);
        }
    }

    @Test
    void temperatureDividesTheScores() {
        Candidates candidates = new Candidates();
        candidates.fill(FloatBuffer.wrap(new float[] {-3, 0, 5}));
        new Temperature(.5).apply(candidates);
        assertThat(new float[] {candidates.score(0), candidates.score(1), candidates.score(2)})
                .containsExactly(-6, 0, 10);
    }

    @Test
    void topPKeepsHalfOfFiftyThousandEqualTokens() {
        // 50,257 equal tokens: half of them hold half of the mass.
        Candidates candidates = new Candidates();
        candidates.fill(FloatBuffer.wrap(new float[50257]));
        new TopP(.5).apply(candidates);
        assertThat(candidates.size()).isEqualTo(25129);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-.01, 1.01, Double.NaN})
    void topPRejects(double p) {
        assertThatThrownBy(() -> new TopP(p)).hasMessage("top-p is " + p + ", expected 0 to 1");
        assertThatThrownBy(() -> new OpenAiTopP(p)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void temperatureRejects(double t) {
        assertThatThrownBy(() -> new Temperature(t))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("temperature is " + t + ", expected above 0");
    }

    /** Of .5 .3 .15 .05 those that are at least a part of .5; transformers' MinPLogitsWarper. */
    @ParameterizedTest
    @CsvSource({"0, 0 1 2 3", ".09, 0 1 2 3", ".11, 0 1 2", ".29, 0 1 2", ".31, 0 1", ".59, 0 1", ".61, 0", "1, 0"})
    void minPKeepsAPartOfTheLikeliest(double p, String kept) {
        assertThat(keep(new MinP(p), WORKED)).isEqualTo(kept);
    }

    @ParameterizedTest
    @CsvSource({".04, 0 1 2 3", ".06, 0 1 2", ".29, 0 1", ".49, 0", ".6, 0"})
    void epsilonCutoffKeepsTheLikeliestInAnyCase(double epsilon, String kept) {
        assertThat(keep(new EpsilonCutoff(epsilon), WORKED)).isEqualTo(kept);
    }

    /** The entropy is 1.1421 nats: the bound is eta up to .1018, above that sqrt(eta) * .3191. */
    @ParameterizedTest
    @CsvSource({".049, 0 1 2 3", ".051, 0 1 2", ".22, 0 1 2", ".23, 0 1", ".87, 0 1", ".9, 0"})
    void etaCutoffIsTheLesserBound(double eta, String kept) {
        assertThat(keep(new EtaCutoff(eta), WORKED)).isEqualTo(kept);
    }

    /** Surprises .693 1.204 1.897 2.996 beside 1.1423 nats: nearest is .3, then .5, .15, .05. */
    @ParameterizedTest
    @CsvSource({".29, 1", ".31, 0 1", ".79, 0 1", ".81, 0 1 2", ".94, 0 1 2", ".96, 0 1 2 3"})
    void typicalPKeepsWhatSurprisesAsExpected(double mass, String kept) {
        assertThat(keep(new TypicalP(mass), WORKED)).isEqualTo(kept);
    }

    @Test
    void typicalPKeepsTies() {
        assertThat(keep(new TypicalP(.1), ".25 .25 .25 .25")).isEqualTo("0 1 2 3");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, -.1, 1.1, Double.NaN})
    void cutoffsReject(double value) {
        assertThatThrownBy(() -> new EpsilonCutoff(value))
                .hasMessage("epsilonCutoff is " + value + ", expected above 0 and below 1");
        assertThatThrownBy(() -> new EtaCutoff(value)).hasMessageStartingWith("etaCutoff is " + value);
        assertThatThrownBy(() -> new TypicalP(value)).hasMessageStartingWith("typicalP is " + value);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-.01, 1.01, Double.NaN})
    void minPRejects(double p) {
        assertThatThrownBy(() -> new MinP(p)).hasMessage("minP is " + p + ", expected 0 to 1");
    }

    @Test
    void topKRejects() {
        assertThatThrownBy(() -> new TopK(0)).isInstanceOf(IllegalArgumentException.class);
    }

    private static String keep(LogitsWarper rule, String probabilities) {
        Candidates candidates = candidates(probabilities);
        rule.apply(candidates);
        return ids(candidates);
    }

    private static Candidates candidates(String probabilities) {
        Candidates candidates = new Candidates();
        candidates.fill(logits(probabilities));
        return candidates;
    }

    private static FloatBuffer logits(String probabilities) {
        String[] words = probabilities.split(" ");
        float[] scores = new float[words.length];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = (float) Math.log(Double.parseDouble(words[i]));
        }
        return FloatBuffer.wrap(scores);
    }

    private static String ids(Candidates candidates) {
        return String.join(
                " ",
                IntStream.range(0, candidates.size())
                        .mapToObj(i -> String.valueOf(candidates.id(i)))
                        .toList());
    }
}
