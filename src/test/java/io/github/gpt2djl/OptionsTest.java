package io.github.gpt2djl;

import static io.github.gpt2djl.testing.ShippedModel.SHAKESPEARE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.gpt2djl.sampling.StepTrace;
import io.github.gpt2djl.sampling.TokenProbability;
import io.github.gpt2djl.testing.ShippedVocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What options do to texts of the shipped model; RulesReferenceTest compares the rules with transformers. */
class OptionsTest {
    private static final GenerationConfig GREEDY =
            GenerationConfig.builder().maxNewTokens(60).build();

    @Test
    void aStopStringEndsTheTextBeforeIt() {
        String text = SHAKESPEARE.generate("ROMEO:", GREEDY).text();
        String stop = text.substring(20, 26);
        GenerationConfig config =
                GREEDY.toBuilder().stopStrings("never there", stop).build();
        Generation generation = SHAKESPEARE.generate("ROMEO:", config);
        assertThat(generation.text()).isEqualTo(text.substring(0, text.indexOf(stop)));
        assertThat(generation.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(SHAKESPEARE.decode(generation.ids())).contains(stop);
        assertThat(SHAKESPEARE
                        .generate(
                                "ROMEO:",
                                config.toBuilder().promptLookupNumTokens(4).build())
                        .text())
                .isEqualTo(generation.text());
        StringBuilder streamed = new StringBuilder();
        try (Stream<Token> tokens = SHAKESPEARE.stream("ROMEO:", config)) {
            tokens.forEach(token -> {
                streamed.append(token.text());
                assertThat(generation.text()).startsWith(streamed);
            });
        }
        assertThat(streamed).hasToString(generation.text());
        List<Generation> batch = SHAKESPEARE.generateAll(List.of(
                new GenerationRequest(Prompt.of("ROMEO:"), config),
                new GenerationRequest(Prompt.of("JULIET:"), GREEDY),
                new GenerationRequest(Prompt.of("ROMEO:"), GREEDY)));
        assertThat(batch.get(0).ids()).isEqualTo(generation.ids());
        assertThat(batch.get(0).text()).isEqualTo(generation.text());
        assertThat(batch.get(0).finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(batch.get(1).ids()).hasSize(60);
        assertThat(batch.get(2).text()).isEqualTo(text);
    }

    @Test
    void anyOfSeveralIdsEndsAText() {
        List<Integer> ids = SHAKESPEARE.generate("ROMEO:", GREEDY).ids();
        GenerationConfig config =
                GREEDY.toBuilder().eosTokenId(ids.get(30), ids.get(12)).build();
        Generation generation = SHAKESPEARE.generate("ROMEO:", config);
        int end = Math.min(ids.indexOf(ids.get(30)), ids.indexOf(ids.get(12)));
        assertThat(generation.ids()).isEqualTo(ids.subList(0, end + 1));
        assertThat(generation.finishReason()).isEqualTo(FinishReason.EOS);
        Generation longer = SHAKESPEARE.generate(
                "ROMEO:", config.toBuilder().minNewTokens(40).build());
        assertThat(longer.ids()).hasSizeGreaterThanOrEqualTo(40);
        assertThat(longer.ids().subList(0, 39)).doesNotContain(ids.get(30), ids.get(12));
    }

    @Test
    void ownRulesAreLambdas() {
        List<String> seen = new ArrayList<>();
        int e = SHAKESPEARE.encode("e").get(0);
        GenerationConfig config = GREEDY.toBuilder()
                .logitsProcessor((scores, text) -> seen.add(text.promptLength() + " of " + text.length()))
                .logitsProcessor((scores, text) -> scores[e] = Float.NEGATIVE_INFINITY)
                .build();
        assertThat(SHAKESPEARE.generate("ROMEO:", config).ids()).doesNotContain(e);
        int prompt = SHAKESPEARE.encode("ROMEO:").size();
        assertThat(seen).hasSize(60).startsWith(prompt + " of " + prompt).endsWith(prompt + " of " + (prompt + 59));
        GenerationConfig nothing = GREEDY.toBuilder()
                .logitsProcessor((scores, text) -> Arrays.fill(scores, Float.NEGATIVE_INFINITY))
                .build();
        assertThatThrownBy(() -> SHAKESPEARE.generate("ROMEO:", nothing))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no token is left")
                .hasMessageContaining("banned all " + ShippedVocabulary.SIZE);
    }

    /** presence and frequency as OpenAI's API documents them: logit - c·frequency - [c > 0]·presence. */
    @Test
    void penaltiesCountWhatHasBeenGenerated() {
        List<float[]> rows = new ArrayList<>();
        List<int[]> texts = new ArrayList<>();
        GenerationConfig config = GREEDY.toBuilder()
                .presencePenalty(0.75)
                .frequencyPenalty(0.5)
                .logitsProcessor((scores, text) -> {
                    rows.add(scores.clone());
                    int[] ids = new int[text.length()];
                    for (int i = 0; i < ids.length; i++) {
                        ids[i] = text.id(i);
                    }
                    texts.add(ids);
                })
                .build();
        int prompt = SHAKESPEARE.generate("ROMEO:", config).promptIds().size();
        for (int step : new int[] {0, 5, 40}) {
            int[] text = texts.get(step);
            float[] plain = SHAKESPEARE.model().decoder().logits(text);
            int last = (text.length - 1) * ShippedVocabulary.SIZE;
            for (int id = 0; id < ShippedVocabulary.SIZE; id++) {
                int count = 0;
                for (int i = prompt; i < text.length; i++) {
                    count += text[i] == id ? 1 : 0;
                }
                double expected = plain[last + id] - count * 0.5 - (count > 0 ? 0.75 : 0);
                // A step and a whole text round differently.
                assertThat((double) rows.get(step)[id]).isCloseTo(expected, within(1e-3));
            }
        }
    }

    @Test
    void theLikeliestTokensComeAlong() {
        GenerationConfig config = GREEDY.toBuilder().topLogprobs(5).build();
        Generation generation = SHAKESPEARE.generate("ROMEO:", config);
        for (Token token : generation.tokens()) {
            assertThat(token.top()).hasSize(5);
            assertThat(token.top().get(0)).isEqualTo(new TokenProbability(token.id(), token.logProbability()));
        }
        Token whole = SHAKESPEARE
                .generate(
                        "ROMEO:",
                        GREEDY.toBuilder().topLogprobs(9999).maxNewTokens(1).build())
                .tokens()
                .get(0);
        assertThat(whole.top()).hasSize(ShippedVocabulary.SIZE);
        double sum =
                whole.top().stream().mapToDouble(TokenProbability::probability).sum();
        assertThat(sum).isCloseTo(1, within(1e-5));
        assertThat(whole.top().subList(0, 5))
                .isEqualTo(generation.tokens().get(0).top());
    }

    /** Every sampled token lies where the trace says, and the trace changes nothing. */
    @Test
    void aTraceTellsHowEachTokenWasChosen() {
        GenerationConfig config = GREEDY.toBuilder()
                .doSample(true)
                .temperature(0.8)
                .topK(40)
                .topP(0.9)
                .repetitionPenalty(1.1)
                .seed(5)
                .build();
        Generation plain = SHAKESPEARE.generate("ROMEO:", config);
        Generation traced =
                SHAKESPEARE.generate("ROMEO:", config.toBuilder().trace(6).build());
        assertThat(traced.ids()).isEqualTo(plain.ids());
        assertThatThrownBy(plain::trace)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("set trace");
        for (StepTrace step : traced.trace()) {
            assertThat(step.candidates()).hasSizeGreaterThanOrEqualTo(6).contains(step.chosen());
            assertThat(step.rules())
                    .extracting(StepTrace.Effect::rule)
                    .containsExactly("repetition_penalty 1.1", "temperature 0.8", "top_k 40", "top_p 0.9");
            assertThat(step.rules().get(2).kept()).isEqualTo(40);
            assertThat(step.rules().get(3).kept()).isEqualTo(step.kept()).isBetween(1, 40);
            assertThat(step.draw().orElseThrow())
                    .isBetween(step.chosen().from(), step.chosen().to());
        }
    }
}
