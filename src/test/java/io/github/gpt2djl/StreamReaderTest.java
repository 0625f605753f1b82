package io.github.gpt2djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.gpt2djl.inspection.Attribution;
import io.github.gpt2djl.inspection.HeadScores;
import io.github.gpt2djl.inspection.Hook;
import io.github.gpt2djl.inspection.Intervention;
import io.github.gpt2djl.inspection.LogitLens;
import io.github.gpt2djl.inspection.Trace;
import io.github.gpt2djl.inspection.TraceOptions;
import io.github.gpt2djl.inspection.TracedTensor;
import io.github.gpt2djl.sampling.TokenProbability;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read from the residual stream: the lens, attributions, heads' scores, norms. */
class StreamReaderTest {
    private static final Path REFERENCE = Path.of("src/test/resources/reference");

    /** The logits are those of transformers' head from its hidden states; here, their likeliest tokens. */
    @ParameterizedTest
    @ValueSource(strings = {"untied-f16", "gpt1-f32", "opt-f16", "opt-projected-f16", "gpt-neo-f32"})
    void transformersPredictsTheSameFromEachLayer(String folder) throws IOException {
        try (Gpt2 gpt2 = Gpt2.load(REFERENCE.resolve(folder));
                ReferenceTensors reference = ReferenceTensors.open()) {
            Prompt prompt = Prompt.ofIds(reference.ids(folder + "/ids"));
            int vocabulary = gpt2.config().vocabularySize();
            LogitLens lens = gpt2.inspector().lens(prompt, vocabulary, List.of());
            assertThat(lens.layers()).hasSize(gpt2.config().layers() + 1);
            for (int layer = 0; layer <= gpt2.config().layers(); layer++) {
                boolean last = layer == gpt2.config().layers();
                float[] logits = reference.read(last ? folder + "/logits" : "lens/" + folder + "/" + layer);
                for (int token = 0; token < lens.ids().size(); token++) {
                    List<TokenProbability> all = lens.layers().get(layer).top().get(token);
                    TokenProbability first = all.get(0);
                    assertThat(all).hasSize(vocabulary);
                    for (TokenProbability each : all) {
                        double expected =
                                logits[token * vocabulary + each.id()] - logits[token * vocabulary + first.id()];
                        assertThat(each.logProbability() - first.logProbability())
                                .as("layer " + layer + ", token " + token)
                                .isCloseTo(expected, within(1e-4));
                    }
                    assertThat(all.stream()
                                    .mapToDouble(TokenProbability::probability)
                                    .sum())
                            .isCloseTo(1, within(1e-5));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"untied-f16", "gpt1-f32", "opt-f16", "opt-projected-f16", "gpt-neo-f32"})
    void attributionsSumToTheLogit(String folder) throws IOException {
        try (Gpt2 gpt2 = Gpt2.load(REFERENCE.resolve(folder));
                ReferenceTensors reference = ReferenceTensors.open()) {
            Inspector inspector = gpt2.inspector();
            Prompt prompt = Prompt.ofIds(reference.ids(folder + "/ids"));
            int vocabulary = gpt2.config().vocabularySize();
            float[] logits = reference.read(folder + "/logits");
            int last = logits.length - vocabulary;
            for (int token : new int[] {0, 7, vocabulary - 1}) {
                Attribution attribution = inspector.attribute(prompt, token);
                double sum = attribution.contributions().stream()
                        .mapToDouble(Attribution.Contribution::value)
                        .sum();
                assertThat(sum).isCloseTo(logits[last + token], within(1e-4));
                assertThat(attribution.logit()).isEqualTo(sum);
            }
            List<Attribution> all = inspector.attributeAll(prompt, 7);
            List<Integer> ids = reference.ids(folder + "/ids");
            for (int i = 0; i < ids.size(); i++) {
                int next = i + 1 < ids.size() ? ids.get(i + 1) : 7;
                assertThat(all.get(i).position()).isEqualTo(i);
                assertThat(all.get(i).logit()).isCloseTo(logits[i * vocabulary + next], within(1e-4));
            }
            Attribution difference = inspector.attribute(prompt, 2, 5, 9);
            assertThat(difference.logit())
                    .isCloseTo(logits[2 * vocabulary + 5] - logits[2 * vocabulary + 9], within(1e-4));
            assertThat(difference.contributions().stream().map(Attribution.Contribution::name))
                    .doesNotHaveDuplicates()
                    .contains("token", "position", "head 1.2", "MLP 0", "bias 1");
        }
    }

    /** By hand, from the vectors of the last layer: (MLP / scale) · weight of the norm · row of the head. */
    @Test
    void anMlpsContributionIsItsProductWithTheHead() throws IOException {
        try (Gpt2 gpt2 = Gpt2.load(Path.of("models/shakespeare"))) {
            Prompt prompt = Prompt.of("To be, or not to");
            int layer = gpt2.config().layers() - 1;
            Inspector inspector = gpt2.inspector();
            Trace trace = inspector.trace(prompt, TraceOptions.of("*"));
            int last = trace.ids().size() - 1;
            int token = gpt2.encode(" be").get(0);
            double value = value(inspector.attribute(prompt, token), "MLP " + layer);
            // The same run, in which the stream lacks this MLP and the scale stays.
            Trace without = inspector.trace(
                    prompt,
                    TraceOptions.of("logits")
                            .with(
                                    Intervention.zero(Hook.MLP_OUT.at(layer)),
                                    Intervention.replace("ln_final.hook_scale", trace)));
            double difference = trace.tensor("logits").get(last, token)
                    - without.tensor("logits").get(last, token);
            assertThat(value).isCloseTo(difference, within(1e-3));
        }
    }

    private static double value(Attribution attribution, String name) {
        return attribution.contributions().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow()
                .value();
    }

    @Test
    void theLargestPartsComeFirst() {
        List<Attribution.Contribution> parts = List.of(
                new Attribution.Contribution(Attribution.Part.EMBEDDING, -1, -1, 0.5),
                new Attribution.Contribution(Attribution.Part.HEAD, 0, 1, -2),
                new Attribution.Contribution(Attribution.Part.MLP, 0, -1, 1));
        Attribution attribution = new Attribution(0, -0.5, parts);
        assertThat(attribution.largest(2)).containsExactly(parts.get(1), parts.get(2));
        assertThat(attribution.largest(9)).hasSize(3);
    }

    /** A text a b a b: at the second a and b, earlier ones are duplicates, and the tokens after these are the targets. */
    @Test
    void headsAreScoredByWhatTheyAttendTo() {
        // Rows: queries. One head attends to the token before, one to itself, one to the token after the earlier equal
        // one.
        float[] before = {1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};
        float[] self = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};
        float[] half = {1, 0, 0, 0, 1, 0, 0, 0, .5f, .5f, 0, 0, 0, .25f, .75f, 0};
        float[] all = new float[48];
        System.arraycopy(before, 0, all, 0, 16);
        System.arraycopy(self, 0, all, 16, 16);
        System.arraycopy(half, 0, all, 32, 16);
        HeadScores scores = HeadScores.of(patterns(List.of(8, 9, 8, 9), all));
        assertThat(scores.previousToken()[0]).containsExactly(1, 0, (1 + .5 + .75) / 3);
        assertThat(scores.duplicateToken()[0]).containsExactly(0, 0, (.5 + .25) / 2);
        assertThat(scores.induction()[0]).containsExactly(1, 0, (.5 + .75) / 2);
        HeadScores nothingTwice = HeadScores.of(patterns(List.of(1, 2, 3, 4), all));
        assertThat(nothingTwice.duplicateToken()[0]).containsOnly(Double.NaN);
        assertThat(nothingTwice.induction()[0]).containsOnly(Double.NaN);
        assertThatThrownBy(() -> HeadScores.of(new Trace(List.of(1), Map.of())))
                .hasMessageContaining("this trace has no blocks.0.attn.hook_pattern");
    }

    private static Trace patterns(List<Integer> ids, float[] values) {
        String name = Hook.PATTERN.at(0);
        return new Trace(ids, Map.of(name, new TracedTensor(name, new int[] {3, 4, 4}, values)));
    }

    @Test
    void aTraceHasNormsAndRows() {
        Map<String, TracedTensor> tensors = new LinkedHashMap<>();
        tensors.put("hook_embed", new TracedTensor("hook_embed", new int[] {2, 2}, new float[] {3, 4, 0, -2}));
        Trace trace = new Trace(List.of(5, 6), tensors);
        assertThat(trace.norms(Hook.EMBED, 0)).containsExactly(5, 2);
        TracedTensor embed = trace.tensor(Hook.EMBED, 0);
        assertThat(embed.row(1)).containsExactly(0, -2);
        assertThat(embed.get(0, 1)).isEqualTo(4);
        assertThatThrownBy(() -> embed.get(2, 0))
                .hasMessage("found index [2, 0] of hook_embed, expected one within the shape [2, 2]");
        assertThatThrownBy(() -> embed.get(1)).hasMessageContaining("found index [1]");
        assertThatThrownBy(() -> trace.tensor("logits")).hasMessageContaining("this trace has no logits");
        assertThatThrownBy(() -> Hook.of("blocks.x.hook_z")).hasMessageContaining("expected a place such as");
    }
}
