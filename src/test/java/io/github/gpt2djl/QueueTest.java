package io.github.gpt2djl;

import static io.github.gpt2djl.GenerationOption.NUM_BEAMS;
import static io.github.gpt2djl.GenerationOption.NUM_RETURN_SEQUENCES;
import static io.github.gpt2djl.GenerationOption.PROMPT_LOOKUP_NUM_TOKENS;
import static io.github.gpt2djl.testing.InvalidOptions.assertInvalid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.internal.decoder.LiveArrays;
import io.github.gpt2djl.testing.ShippedModel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Prompts that take each other's places give what each gives alone. */
class QueueTest {
    private static final List<String> OPENINGS =
            List.of("ROMEO:", "To be, or not to be, that is", "", "O", "JULIET:\n");

    private static final Gpt2 gpt2 = ShippedModel.SHAKESPEARE;

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 4", "1, 64", "3, 3", "3, 7"})
    void eachPromptGivesWhatItGivesAlone(int copies, int batchSize) {
        // Lengths from the prompts: a limit on the whole.
        GenerationConfig config = GenerationConfig.builder()
                .doSample(true)
                .topP(0.9)
                .maxLength(60)
                .numReturnSequences(copies)
                .seed(11)
                .build();
        List<Prompt> prompts = prompts(24);
        List<Generation> queued;
        try (Stream<Generation> results = gpt2.generateAll(prompts.iterator(), config, batchSize)) {
            queued = results.toList();
        }
        assertThat(queued).hasSize(24 * copies);
        for (int i = 0; i < prompts.size(); i++) {
            List<Generation> alone = gpt2.generateAll(List.of(prompts.get(i)), config);
            for (int copy = 0; copy < copies; copy++) {
                Generation found = queued.get(i * copies + copy);
                assertThat(found.ids()).isEqualTo(alone.get(copy).ids());
                assertThat(found.text()).isEqualTo(alone.get(copy).text());
                assertThat(found.finishReason()).isEqualTo(alone.get(copy).finishReason());
                assertThat(found.promptIds()).isEqualTo(alone.get(copy).promptIds());
            }
        }
    }

    @Test
    void eachRequestHasAConfigOfItsOwn() {
        List<GenerationRequest> requests = IntStream.range(0, 24)
                .mapToObj(i -> new GenerationRequest(
                        prompts(24).get(i),
                        i % 3 == 0
                                ? GenerationConfig.builder().maxNewTokens(1 + i).build()
                                : GenerationConfig.builder()
                                        .doSample(true)
                                        .maxNewTokens(1 + i)
                                        .seed(i)
                                        .build()))
                .toList();
        try (Stream<Generation> results = gpt2.generateAll(requests.iterator(), 5)) {
            List<Generation> queued = results.toList();
            for (int i = 0; i < 24; i++) {
                Generation alone = gpt2.generateAll(List.of(requests.get(i))).get(0);
                assertThat(queued.get(i).ids()).isEqualTo(alone.ids());
                assertThat(queued.get(i).seed()).isEqualTo(alone.seed());
            }
        }
    }

    @Test
    void checkingRejectsWhatGeneratingWould() {
        GenerationConfig config = GenerationConfig.builder().build();
        gpt2.check(new GenerationRequest(Prompt.of("ROMEO:"), config));
        GenerationRequest wrong = new GenerationRequest(Prompt.ofIds(9999), config);
        assertThatThrownBy(() -> gpt2.check(wrong)).hasMessageContaining("id 9999 at index 0 is out of range");
        assertThatThrownBy(() -> gpt2.generateAll(List.of(wrong))).hasMessageContaining("id 9999 at index 0");
    }

    /** With OpenAI's preset, the text of a special token is ordinary text. */
    @ParameterizedTest
    @EnumSource(Preset.class)
    void anEncodedRequestGivesTheSame(Preset preset) {
        GenerationConfig config = GenerationConfig.builder()
                .preset(preset)
                .doSample(true)
                .maxNewTokens(8)
                .seed(1)
                .build();
        for (String prompt : List.of("", "ROMEO:", "<|endoftext|>ROMEO:")) {
            GenerationRequest request = new GenerationRequest(Prompt.of(prompt), config);
            GenerationRequest encoded = gpt2.encode(request);
            assertThat(encoded.prompt().text()).isNull();
            assertThat(encoded.config()).isEqualTo(config);
            assertThat(gpt2.generateAll(List.of(encoded)).get(0).ids())
                    .isEqualTo(gpt2.generateAll(List.of(request)).get(0).ids());
        }
        GenerationRequest wrong = new GenerationRequest(Prompt.ofIds(9999), config);
        assertThatThrownBy(() -> gpt2.encode(wrong)).hasMessageContaining("id 9999 at index 0 is out of range");
    }

    @Test
    void promptsAreAskedForWhenThereIsAPlace() {
        GenerationConfig config = GenerationConfig.builder().maxNewTokens(5).build();
        int[] asked = {0};
        Iterator<Prompt> endless =
                Stream.generate(() -> Prompt.of("ROMEO " + asked[0]++)).iterator();
        long before = LiveArrays.count(gpt2.model().decoder());
        try (Stream<Generation> results = gpt2.generateAll(endless, config, 3)) {
            assertThat(asked[0]).isZero();
            assertThat(results.limit(10).toList()).hasSize(10);
        }
        // Ten given out, two that ended with the last of them, three behind them, and one looked at.
        assertThat(asked[0]).isBetween(10, 16);
        assertThat(LiveArrays.count(gpt2.model().decoder())).isEqualTo(before);
    }

    @Test
    void aPromptThatCannotBeUsedComesAfterThoseBeforeIt() {
        GenerationConfig config = GenerationConfig.builder().maxNewTokens(8).build();
        List<Prompt> prompts = new ArrayList<>(prompts(7));
        prompts.add(5, Prompt.ofIds(1, 2, 9999));
        List<Generation> before = new ArrayList<>();
        try (Stream<Generation> results = gpt2.generateAll(prompts.iterator(), config, 4)) {
            assertThatThrownBy(() -> results.forEach(before::add))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("id 9999 at index 2 is out of range");
        }
        assertThat(before).hasSize(5);
    }

    @Test
    void withoutASeedEachPromptHasItsOwn() {
        GenerationConfig config =
                GenerationConfig.builder().doSample(true).maxNewTokens(20).build();
        List<Generation> all = gpt2.generateAll(List.of(Prompt.of("ROMEO:"), Prompt.of("ROMEO:")), config);
        assertThat(all.get(0).seed()).isNotEqualTo(all.get(1).seed());
        assertThat(all.get(0).ids()).isNotEqualTo(all.get(1).ids());
    }

    @Test
    void rejectsWhatItCannotDo() {
        GenerationConfig three =
                GenerationConfig.builder().doSample(true).numReturnSequences(3).build();
        assertInvalid(
                NUM_RETURN_SEQUENCES,
                3,
                "at most 2",
                () -> gpt2.generateAll(prompts(1).iterator(), three, 2));
        GenerationConfig lookup =
                GenerationConfig.builder().promptLookupNumTokens(4).build();
        assertInvalid(
                PROMPT_LOOKUP_NUM_TOKENS,
                4,
                "0 for a queue of prompts",
                () -> gpt2.generateAll(prompts(1).iterator(), lookup, 2));
        assertInvalid(
                NamedOption.of("batchSize"), 0, "at least 1", () -> gpt2.generateAll(Collections.emptyIterator(), 0));
        GenerationRequest search = new GenerationRequest(
                Prompt.of("O"), GenerationConfig.builder().numBeams(2).build());
        try (Stream<Generation> results = gpt2.generateAll(List.of(search).iterator(), 4)) {
            assertInvalid(NUM_BEAMS, 2, "1 for a queue of prompts", results::toList);
        }
    }

    private static List<Prompt> prompts(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> Prompt.of(OPENINGS.get(i % OPENINGS.size()).repeat(1 + i % 4)))
                .toList();
    }
}
