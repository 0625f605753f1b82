package io.github.gpt2djl;

import static io.github.gpt2djl.GenerationOption.NUM_RETURN_SEQUENCES;
import static io.github.gpt2djl.GenerationOption.PROMPT_LOOKUP_NUM_TOKENS;
import static io.github.gpt2djl.testing.InvalidOptions.assertInvalid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.testing.ShippedModel;
import io.github.gpt2djl.testing.ShippedVocabulary;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Guesses change how long it takes, never the text. */
class DraftTest {
    private static final String REPETITIVE =
            "ROMEO:\nI will go to the king.\n\nJULIET:\nI will go to the king.\n\nROMEO:\nI will go";

    private static final Gpt2 gpt2 = ShippedModel.SHAKESPEARE;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {REPETITIVE, "ROMEO:", "To be, or not to be, that is", ""})
    void greedyTextIsTheSame(String prompt) {
        GenerationConfigBuilder config = GenerationConfig.builder().maxNewTokens(120);
        Generation plain = gpt2.generate(prompt, config.build());
        Generation guessed =
                gpt2.generate(prompt, config.promptLookupNumTokens(10).build());
        assertThat(guessed.ids()).isEqualTo(plain.ids());
        assertThat(guessed.text()).isEqualTo(plain.text());
        assertThat(guessed.finishReason()).isEqualTo(plain.finishReason());
        assertThat(guessed.accepted()).isLessThanOrEqualTo(guessed.drafted());
        if (prompt.equals(REPETITIVE)) {
            assertThat(guessed.accepted()).isGreaterThan(20);
        }
    }

    /** Equal draws, equal tokens: that is more than an equal distribution. */
    @Test
    void sampledTextIsTheSameForEverySeed() {
        int accepted = 0;
        for (long seed = 0; seed < 40; seed++) {
            GenerationConfigBuilder config = GenerationConfig.builder()
                    .doSample(true)
                    .temperature(0.7)
                    .topP(0.9)
                    .maxNewTokens(60)
                    .seed(seed);
            Generation plain = gpt2.generate(REPETITIVE, config.build());
            Generation guessed =
                    gpt2.generate(REPETITIVE, config.promptLookupNumTokens(6).build());
            assertThat(guessed.ids()).isEqualTo(plain.ids());
            accepted += guessed.accepted();
        }
        assertThat(accepted).isPositive();
    }

    @ParameterizedTest
    @EnumSource(
            value = Precision.class,
            names = {"FP16", "INT8", "INT4"})
    void theTextIsTheSameInReducedPrecision(Precision precision) throws IOException {
        try (Gpt2 reduced = Gpt2.load("shakespeare", LoadOptions.DEFAULT.withPrecision(precision))) {
            for (long seed = 0; seed < 20; seed++) {
                GenerationConfigBuilder config = GenerationConfig.builder().maxNewTokens(100);
                if (seed > 0) {
                    config.doSample(true).temperature(0.7).topP(0.9).seed(seed);
                }
                Generation plain = reduced.generate(REPETITIVE, config.build());
                Generation guessed = reduced.generate(
                        REPETITIVE, config.promptLookupNumTokens(6).build());
                assertThat(guessed.ids()).isEqualTo(plain.ids());
            }
        }
    }

    @Test
    void streamsTheSameTokens() {
        GenerationConfig config = GenerationConfig.builder()
                .maxNewTokens(50)
                .promptLookupNumTokens(10)
                .build();
        List<Integer> streamed;
        try (var tokens = gpt2.stream(REPETITIVE, config)) {
            streamed = tokens.map(Token::id).toList();
        }
        assertThat(streamed).isEqualTo(gpt2.generate(REPETITIVE, config).ids());
    }

    /** A model whose text repeats at once, up to the last position of the context. */
    @Test
    void theContextIsFilledToTheLastToken() throws IOException {
        Path tiny = TestCheckpoint.tiny().write(folder);
        try (Gpt2 model = Gpt2.load(tiny)) {
            Prompt prompt = Prompt.ofIds(IntStream.range(0, 12).map(i -> i % 3).toArray());
            GenerationConfigBuilder config = GenerationConfig.builder().maxNewTokens(100);
            Generation plain = model.generate(prompt, config.build());
            Generation guessed =
                    model.generate(prompt, config.promptLookupNumTokens(64).build());
            assertThat(guessed.ids()).isEqualTo(plain.ids());
            assertThat(guessed.finishReason()).isEqualTo(plain.finishReason());
        }
    }

    /** An assistant that rounds otherwise is right mostly, one with other weights hardly ever: the text is the same. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anAssistantLeavesTheTextAlone(boolean sample) throws IOException {
        Path other = new TestCheckpoint(1, 2, 16, 60, ShippedVocabulary.SIZE, true, 8).write(folder);
        try (Gpt2 similar = Gpt2.load("shakespeare", LoadOptions.DEFAULT.withPrecision(Precision.INT8));
                Gpt2 foreign = Gpt2.load(other)) {
            GenerationConfigBuilder config =
                    GenerationConfig.builder().doSample(sample).maxNewTokens(100);
            if (sample) {
                config.topP(0.9).seed(5);
            }
            Prompt prompt = Prompt.of("ROMEO:");
            Generation plain = gpt2.generate(prompt, config.build());
            Generation helped = gpt2.generate(prompt, config.build(), similar);
            assertThat(helped.ids()).isEqualTo(plain.ids());
            assertThat(helped.accepted()).isGreaterThan(40);
            // Its context of 60 ends before the text does.
            Generation hindered = gpt2.generate(prompt, config.build(), foreign);
            assertThat(hindered.ids()).isEqualTo(plain.ids());
            try (var tokens = gpt2.stream(prompt, config.build(), similar)) {
                assertThat(tokens.map(Token::id).toList()).isEqualTo(plain.ids());
            }
        }
    }

    @Test
    void anAssistantNeedsTheSameVocabulary() throws IOException {
        try (Gpt2 other = Gpt2.load(TestCheckpoint.tiny().write(folder))) {
            GenerationConfig config = GenerationConfig.builder().build();
            assertThatThrownBy(() -> gpt2.generate(Prompt.of("a"), config, other))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the assistant has 61 tokens and the model " + ShippedVocabulary.SIZE);
            GenerationConfig both =
                    GenerationConfig.builder().promptLookupNumTokens(5).build();
            assertInvalid(
                    PROMPT_LOOKUP_NUM_TOKENS,
                    5,
                    "0 with an assistant model",
                    () -> gpt2.generate(Prompt.of("a"), both, gpt2));
        }
    }

    @Test
    void servesOneSequence() {
        GenerationConfigBuilder builder = GenerationConfig.builder();
        assertInvalid(PROMPT_LOOKUP_NUM_TOKENS, 65, "1 to 64", () -> builder.promptLookupNumTokens(65));
        builder.doSample(true).numReturnSequences(2).promptLookupNumTokens(5);
        InvalidOptionException both = assertInvalid(PROMPT_LOOKUP_NUM_TOKENS, 5, "only one of them", builder::build);
        assertThat(both.related()).containsExactly(NUM_RETURN_SEQUENCES);
        GenerationConfig config =
                GenerationConfig.builder().promptLookupNumTokens(5).build();
        assertInvalid(
                PROMPT_LOOKUP_NUM_TOKENS,
                5,
                "0 for 2 prompts",
                () -> gpt2.generateAll(List.of(Prompt.of("a"), Prompt.of("b")), config));
    }
}
