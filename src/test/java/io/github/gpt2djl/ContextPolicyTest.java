package io.github.gpt2djl;

import static io.github.gpt2djl.testing.InvalidOptions.assertInvalid;
import static io.github.gpt2djl.testing.ShippedModel.SHAKESPEARE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.internal.generation.LoadedModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts that are longer than the model's context of 256. */
class ContextPolicyTest {
    private static final int POSITIONS = 256;
    private static final GenerationConfig GREEDY =
            GenerationConfig.builder().maxNewTokens(1000).noRepeatNgramSize(4).build();

    @ParameterizedTest
    @CsvSource({"1, 560, 2", "100, 480, 2", "255, 300, 20"})
    void goesOnAsANewPromptOfItsLastIdsWould(int keep, int newTokens, int least) {
        // Rules that look at the text would see a new prompt only.
        GenerationConfig plain =
                GenerationConfig.builder().maxNewTokens(newTokens).build();
        List<Integer> text = new ArrayList<>(SHAKESPEARE.encode("ROMEO:\nO"));
        int promptLength = text.size();
        List<Integer> start = text;
        int slides = -1;
        while (text.size() < promptLength + newTokens) {
            Generation part = SHAKESPEARE.generate(
                    ids(start),
                    plain.toBuilder()
                            .maxNewTokens(
                                    Math.min(promptLength + newTokens - text.size(), POSITIONS - start.size() + 1))
                            .build());
            text.addAll(part.ids());
            start = List.copyOf(text.subList(text.size() - keep, text.size()));
            slides++;
        }
        GenerationConfig sliding =
                plain.toBuilder().contextPolicy(ContextPolicy.slide(keep)).build();
        Generation whole = SHAKESPEARE.generate("ROMEO:\nO", sliding);
        assertThat(whole.ids()).isEqualTo(text.subList(promptLength, text.size()));
        assertThat(whole.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(whole.slides()).isEqualTo(slides).isGreaterThanOrEqualTo(least);
    }

    @Test
    void aTextOfSixContextsInOneRun() {
        GenerationConfig config = GREEDY.toBuilder()
                .maxNewTokens(1500)
                .unset(GenerationOption.NO_REPEAT_NGRAM_SIZE)
                .doSample(true)
                .seed(1)
                .suppressTokens(SHAKESPEARE.config().eosId())
                .contextPolicy(ContextPolicy.slide(192))
                .build();
        Generation generation = SHAKESPEARE.generate("ROMEO:", config);
        assertThat(generation.tokens()).hasSize(1500);
        assertThat(generation.text()).isEqualTo(SHAKESPEARE.decode(generation.ids()));
        // The first after 256 positions, then one each 64 new ones.
        int prompt = generation.promptIds().size();
        assertThat(generation.slides()).isEqualTo((1500 + prompt - 2 - POSITIONS) / 65 + 1);
    }

    @Test
    void rowsSlideEachInItsOwnTime() {
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            GenerationConfig config = GREEDY.toBuilder()
                    .maxNewTokens(300 + 40 * i)
                    .suppressTokens(SHAKESPEARE.config().eosId())
                    .contextPolicy(i == 4 ? ContextPolicy.STOP : ContextPolicy.slide(50 + 30 * i))
                    .build();
            requests.add(new GenerationRequest(Prompt.of("ROMEO: ".repeat(1 + 7 * i)), config));
        }
        List<Generation> together = SHAKESPEARE.generateAll(requests);
        for (int i = 0; i < requests.size(); i++) {
            Generation alone = SHAKESPEARE.generate(
                    requests.get(i).prompt(), requests.get(i).config());
            assertThat(together.get(i).ids()).as("row %d", i).isEqualTo(alone.ids());
            assertThat(together.get(i).slides()).isEqualTo(alone.slides());
            assertThat(together.get(i).finishReason()).isEqualTo(alone.finishReason());
        }
        assertThat(together.get(4).finishReason()).isEqualTo(FinishReason.CONTEXT);
    }

    @Test
    void rulesSeeTheWholeText() {
        GenerationConfig config = GREEDY.toBuilder()
                .maxNewTokens(700)
                .suppressTokens(SHAKESPEARE.config().eosId())
                .contextPolicy(ContextPolicy.slide(60))
                .build();
        List<Integer> ids = SHAKESPEARE.generate("ROMEO:", config).ids();
        assertThat(ids).hasSize(700);
        for (int i = 0; i + 4 <= ids.size(); i++) {
            for (int j = i + 1; j + 4 <= ids.size(); j++) {
                assertThat(ids.subList(i, i + 4)).isNotEqualTo(ids.subList(j, j + 4));
            }
        }
    }

    @Test
    void aPromptBeyondTheContextBeginsWithItsEnd() {
        int[] prompt = SHAKESPEARE.encode("To be, or not to be, that is the question. ".repeat(40)).stream()
                .mapToInt(Integer::intValue)
                .toArray();
        GenerationConfig config = GenerationConfig.builder().maxNewTokens(9).build();
        Generation generation = SHAKESPEARE.generate(
                Prompt.ofIds(prompt),
                config.toBuilder().contextPolicy(ContextPolicy.slide(80)).build());
        Generation end = SHAKESPEARE.generate(
                Prompt.ofIds(Arrays.copyOfRange(prompt, prompt.length - 80, prompt.length)), config);
        assertThat(generation.ids()).isEqualTo(end.ids());
        assertThat(generation.promptIds()).hasSize(prompt.length);
        InvalidOptionException invalid = assertInvalid(
                LoadedModel.PROMPT,
                prompt.length,
                "at most 256",
                () -> SHAKESPEARE.generate(Prompt.ofIds(prompt), config));
        assertThat(invalid.related()).containsExactly(GenerationOption.CONTEXT_POLICY);
    }

    private static Prompt ids(List<Integer> ids) {
        return Prompt.ofIds(ids.stream().mapToInt(Integer::intValue).toArray());
    }
}
