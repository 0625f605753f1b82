package io.github.gpt2djl.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.gpt2djl.sampling.Explainer.Labelled;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One step by hand: probabilities .15 .5 .05 .3, of which a ban, top-k 2 and a temperature leave .5² and .3². */
class ExplainerTest {
    private static final TokenSequence NONE = new TokenSequence(new int[0], 0, 0, 0);
    private static final double[] MODEL = {.15, .5, .05, .3};
    private static final List<Labelled<LogitsProcessor>> BAN =
            List.of(new Labelled<>("ban", new SequenceBias(Map.of(List.of(2), Double.NEGATIVE_INFINITY))));
    private static final List<Labelled<LogitsWarper>> RULES =
            List.of(new Labelled<>("top_k 2", new TopK(2)), new Labelled<>("temperature 0.5", new Temperature(.5)));
    /** Logits are floats. */
    private static final Offset<Double> EPSILON = within(1e-6);

    private static final double FIRST = .25 / .34;

    @Test
    void whatEachRuleDid() {
        StepTrace trace = explain(1, .9, 0);
        assertThat(trace.vocabulary()).isEqualTo(4);
        assertThat(trace.entropy()).isCloseTo(entropy(.15, .5, .05, .3), EPSILON);
        assertThat(trace.kept()).isEqualTo(2);
        assertThat(trace.keptMass()).isCloseTo(.8, EPSILON);

        StepTrace.Effect ban = trace.rules().get(0);
        assertThat(ban.rule()).isEqualTo("ban");
        assertThat(ban.kept()).isEqualTo(3);
        assertThat(ban.keptMass()).isCloseTo(.95, EPSILON);
        assertThat(ban.entropy()).isCloseTo(entropy(.15 / .95, .5 / .95, .3 / .95), EPSILON);
        assertIs(ban.lastKept(), 0, .15);
        assertIs(ban.firstRemoved(), 2, .05);

        StepTrace.Effect topK = trace.rules().get(1);
        assertThat(topK.rule()).isEqualTo("top_k 2");
        assertThat(topK.kept()).isEqualTo(2);
        assertThat(topK.keptMass()).isCloseTo(.8 / .95, EPSILON);
        assertThat(topK.entropy()).isCloseTo(entropy(.5 / .8, .3 / .8), EPSILON);
        assertIs(topK.lastKept(), 3, .3 / .95);
        assertIs(topK.firstRemoved(), 0, .15 / .95);

        StepTrace.Effect temperature = trace.rules().get(2);
        assertThat(temperature.rule()).isEqualTo("temperature 0.5");
        assertThat(temperature.kept()).isEqualTo(2);
        assertThat(temperature.keptMass()).isCloseTo(1, EPSILON).isLessThanOrEqualTo(1);
        assertThat(temperature.entropy()).isCloseTo(entropy(FIRST, 1 - FIRST), EPSILON);
        assertThat(temperature.lastKept()).isEmpty();
        assertThat(temperature.firstRemoved()).isEmpty();
        assertThat(trace.rules()).hasSize(3);
    }

    @Test
    void theDrawFallsIntoTheChosenTokensPlace() {
        StepTrace trace = explain(1, .9, 0);
        assertThat(trace.draw()).hasValue(.9);
        assertThat(trace.candidates()).extracting(StepTrace.Candidate::id).containsExactly(1, 3);
        StepTrace.Candidate chosen = trace.chosen();
        assertThat(chosen).isSameAs(trace.candidates().get(1));
        assertThat(chosen.rank()).isEqualTo(2);
        assertThat(Math.exp(chosen.logProbability())).isCloseTo(.3, EPSILON);
        assertThat(chosen.after().stream().map(Math::exp).toList())
                .usingComparatorForType((a, b) -> Math.abs(a - b) < 1e-6 ? 0 : 1, Double.class)
                .containsExactly(.3 / .95, .3 / .8, 1 - FIRST);
        assertThat(chosen.from()).isCloseTo(FIRST, EPSILON);
        assertThat(chosen.to()).isCloseTo(1, EPSILON);
        assertThat(explain(1, .7, 0).chosen().id()).isEqualTo(1);
    }

    @Test
    void everyCandidatesWay() {
        List<StepTrace.Candidate> all = explain(4, .9, 0).candidates();
        assertThat(all).extracting(StepTrace.Candidate::id).containsExactly(1, 3, 0, 2);
        assertThat(all).extracting(StepTrace.Candidate::rank).containsExactly(1, 2, 3, 4);
        assertThat(all).extracting(StepTrace.Candidate::removedBy).containsExactly(3, 3, 1, 0);
        double[] from = all.stream().mapToDouble(StepTrace.Candidate::from).toArray();
        double[] to = all.stream().mapToDouble(StepTrace.Candidate::to).toArray();
        assertThat(from).containsExactly(new double[] {0, FIRST, 0, FIRST}, EPSILON);
        assertThat(to).containsExactly(new double[] {FIRST, 1, 0, FIRST}, EPSILON);
    }

    @Test
    void greedyTakesTheLikeliestWithoutADraw() {
        StepTrace trace = new Explainer(BAN, List.of(), false, 4).explain(logits(0), NONE, .9);
        assertThat(trace.draw()).isEmpty();
        assertThat(trace.chosen().id()).isEqualTo(1);
        assertThat(trace.candidates()).extracting(StepTrace.Candidate::from).containsExactly(0., 1., 0., 1.);
        assertThat(trace.candidates()).extracting(StepTrace.Candidate::to).containsExactly(1., 1., 0., 1.);
    }

    @Test
    void equalTokensRankByTheirIds() {
        StepTrace trace = new Explainer(List.of(), List.of(), true, 2)
                .explain(FloatBuffer.wrap(new float[] {1, 2, 1, 2}), NONE, 0);
        assertThat(trace.candidates()).extracting(StepTrace.Candidate::id).containsExactly(1, 3, 0);
        assertThat(trace.candidates()).extracting(StepTrace.Candidate::rank).containsExactly(1, 2, 3);
    }

    /** A softmax does not change when the same is added to all logits, be it so much that exp of them is no number. */
    @ParameterizedTest
    @ValueSource(floats = {-1024, 1024})
    void onlyDifferencesOfLogitsCount(float shift) {
        List<StepTrace.Candidate> all = explain(4, .9, shift).candidates();
        assertThat(all).extracting(StepTrace.Candidate::id).containsExactly(1, 3, 0, 2);
        // A float near 1,024 has steps of 2^-13.
        assertThat(Math.exp(all.get(0).logProbability())).isCloseTo(.5, within(1e-3));
        assertThat(all.get(0).to()).isCloseTo(FIRST, within(1e-3));
    }

    @Test
    void somethingMustBeLeft() {
        Explainer explainer = new Explainer(BAN, List.of(), true, 1);
        float[] only = {Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY, 1};
        assertThatThrownBy(() -> explainer.explain(FloatBuffer.wrap(only), NONE, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no token is left")
                .hasMessageContaining("banned all 3");
    }

    private static StepTrace explain(int n, double draw, float shift) {
        return new Explainer(BAN, RULES, true, n).explain(logits(shift), NONE, draw);
    }

    private static FloatBuffer logits(float shift) {
        float[] logits = new float[MODEL.length];
        for (int id = 0; id < logits.length; id++) {
            logits[id] = (float) Math.log(MODEL[id]) + shift;
        }
        return FloatBuffer.wrap(logits);
    }

    private static double entropy(double... probabilities) {
        double sum = 0;
        for (double p : probabilities) {
            sum -= p * Math.log(p);
        }
        return sum;
    }

    private static void assertIs(Optional<TokenProbability> found, int id, double probability) {
        assertThat(found.orElseThrow().id()).isEqualTo(id);
        assertThat(found.orElseThrow().probability()).isCloseTo(probability, EPSILON);
    }
}
