package io.github.gpt2djl.internal.generation;

import static io.github.gpt2djl.GenerationOption.*;
import static io.github.gpt2djl.testing.InvalidOptions.assertInvalid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationConfigBuilder;
import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.Preset;
import io.github.gpt2djl.sampling.Greedy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GenerationConfigTest {
    @Test
    void defaultsAreThoseOfTransformers() {
        GenerationConfig greedy = GenerationConfig.builder().build();
        assertThat(greedy.get(DO_SAMPLE)).isFalse();
        assertThat(NewTokens.of(greedy, 5, 1024)).isEqualTo(20);
        assertThat(SamplingRules.of(greedy, List.of(), 9).sampler()).isInstanceOf(Greedy.class);
        GenerationConfig sampling =
                GenerationConfig.builder().doSample(true).topP(.95).build();
        // The well-known surprise: top-k 50 applies although only top-p was given.
        assertThat(sampling.get(TOP_K)).isEqualTo(50);
        assertThat(sampling.get(TEMPERATURE)).isEqualTo(1);
    }

    @Test
    void defaultsOfOpenAi() {
        GenerationConfig config =
                GenerationConfig.builder().preset(Preset.OPENAI).build();
        assertThat(config.get(DO_SAMPLE)).isTrue();
        assertThat(config.get(TOP_K)).isZero();
        assertThat(NewTokens.of(config, 0, 1024)).isEqualTo(1024);
        assertThat(NewTokens.of(config, 3, 1024)).isEqualTo(512);
    }

    @Test
    void aConfigDoesNotChangeWithTheCallersCollections() {
        List<Integer> word = new ArrayList<>(List.of(1, 2));
        List<List<Integer>> words = new ArrayList<>(List.of(word));
        Map<List<Integer>, Double> biases = new LinkedHashMap<>(Map.of(word, 1.5));
        GenerationConfig config = GenerationConfig.builder()
                .badWordsIds(words)
                .sequenceBias(biases)
                .build();
        word.set(1, 9);
        words.clear();
        biases.clear();
        assertThat(config.get(BAD_WORDS_IDS)).isEqualTo(List.of(List.of(1, 2)));
        assertThat(config.get(SEQUENCE_BIAS)).isEqualTo(Map.of(List.of(1, 2), 1.5));
        assertThatThrownBy(() -> config.get(BAD_WORDS_IDS).get(0).set(0, 7))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> config.get(SEQUENCE_BIAS).clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void maxLengthCountsThePrompt() {
        GenerationConfig config = GenerationConfig.builder().maxLength(50).build();
        assertThat(NewTokens.of(config, 5, 1024)).isEqualTo(45);
        assertThat(NewTokens.of(config, 0, 1024))
                .as("an empty prompt starts from bos")
                .isEqualTo(49);
        assertInvalid(MAX_LENGTH, 50, "at least 51", () -> NewTokens.of(config, 50, 1024));
    }

    @ParameterizedTest
    @MethodSource
    void wrongValuesAreRejected(
            GenerationOption<?> option, Object found, String expected, Consumer<GenerationConfigBuilder> options) {
        GenerationConfigBuilder builder = GenerationConfig.builder();
        assertInvalid(option, found, expected, () -> options.accept(builder));
        assertThat(builder.isSet(option)).isFalse();
    }

    static Stream<Arguments> wrongValuesAreRejected() {
        String normal = "above 0, from 1.2E-38 to 3.4E38";
        return Stream.of(
                wrong(TEMPERATURE, 0.0, normal, b -> b.temperature(0)),
                // As 32-bit floats these are 0, infinite, or have few digits left.
                wrong(TEMPERATURE, 1e-40, normal, b -> b.temperature(1e-40)),
                wrong(TEMPERATURE, 1e39, normal, b -> b.temperature(1e39)),
                wrong(TEMPERATURE, Double.NaN, normal, b -> b.temperature(Double.NaN)),
                wrong(REPETITION_PENALTY, 1e-300, normal, b -> b.repetitionPenalty(1e-300)),
                wrong(REPETITION_PENALTY, 1e300, normal, b -> b.repetitionPenalty(1e300)),
                wrong(SEQUENCE_BIAS, Map.of(List.of(5), 1e300), "sequences", b -> b.logitBias(5, 1e300)),
                wrong(SEQUENCE_BIAS, Map.of(List.of(5), -1e300), "sequences", b -> b.logitBias(5, -1e300)),
                wrong(TOP_K, -1, "at least 1, or 0", b -> b.topK(-1)),
                wrong(TOP_P, 1.5, "0 to 1", b -> b.topP(1.5)),
                wrong(MAX_LENGTH, 0, "at least 1", b -> b.maxLength(0)),
                wrong(MAX_NEW_TOKENS, -5, "at least 1", b -> b.maxNewTokens(-5)),
                wrong(NUM_RETURN_SEQUENCES, 0, "at least 1", b -> b.numReturnSequences(0)));
    }

    private static Arguments wrong(
            GenerationOption<?> option, Object found, String expected, Consumer<GenerationConfigBuilder> options) {
        return Arguments.of(option, found, expected, options);
    }

    @ParameterizedTest
    @MethodSource
    void optionsThatDoNotGoTogetherAreRejected(
            GenerationOption<?> option, GenerationOption<?> other, String expected, GenerationConfigBuilder builder) {
        InvalidOptionException invalid = assertInvalid(option, builder.get(option), expected, builder::build);
        assertThat(invalid.related()).startsWith(other);
    }

    static Stream<Arguments> optionsThatDoNotGoTogetherAreRejected() {
        return Stream.of(
                conflict(
                        MAX_LENGTH,
                        MAX_NEW_TOKENS,
                        "only one of them",
                        b().maxLength(50).maxNewTokens(20)),
                conflict(MIN_LENGTH, MAX_LENGTH, "no more", b().minLength(9).maxLength(8)),
                conflict(
                        MIN_NEW_TOKENS,
                        MAX_NEW_TOKENS,
                        "no more",
                        b().minNewTokens(9).maxNewTokens(8)),
                conflict(
                        DO_SAMPLE, PRESET, "sampling", b().preset(Preset.OPENAI).doSample(false)),
                conflict(
                        PENALTY_ALPHA,
                        TOP_K,
                        "at least 2",
                        b().penaltyAlpha(0.6).topK(1)),
                conflict(
                        NUM_BEAMS,
                        DO_SAMPLE,
                        "only one of them",
                        b().numBeams(2).doSample(true)),
                conflict(
                        NUM_RETURN_SEQUENCES,
                        NUM_BEAMS,
                        "no more",
                        b().numBeams(2).numReturnSequences(3)),
                conflict(TEMPERATURE, DO_SAMPLE, "", b().temperature(1)),
                conflict(TOP_K, DO_SAMPLE, "", b().topK(50)),
                conflict(TOP_P, DO_SAMPLE, "", b().topP(1)),
                conflict(SEED, DO_SAMPLE, "", b().seed(1)),
                conflict(NUM_RETURN_SEQUENCES, DO_SAMPLE, "", b().numReturnSequences(2)),
                conflict(LENGTH_PENALTY, NUM_BEAMS, "", b().lengthPenalty(2)),
                conflict(MIN_LENGTH, PRESET, "", b().preset(Preset.OPENAI).minLength(2)));
    }

    private static Arguments conflict(
            GenerationOption<?> option, GenerationOption<?> other, String expected, GenerationConfigBuilder builder) {
        return Arguments.of(option, other, expected, builder);
    }

    private static GenerationConfigBuilder b() {
        return GenerationConfig.builder();
    }
}
