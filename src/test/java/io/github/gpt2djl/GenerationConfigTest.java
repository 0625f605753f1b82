package io.github.gpt2djl;

import static io.github.gpt2djl.GenerationOption.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
        assertThat(greedy.newTokens(5, 1024)).isEqualTo(20);
        assertThat(Rules.of(greedy, List.of(), 9).sampler()).isInstanceOf(Greedy.class);
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
        assertThat(config.newTokens(0, 1024)).isEqualTo(1024);
        assertThat(config.newTokens(3, 1024)).isEqualTo(512);
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
        assertThat(config.newTokens(5, 1024)).isEqualTo(45);
        assertThat(config.newTokens(0, 1024))
                .as("an empty prompt starts from bos")
                .isEqualTo(49);
        assertThatThrownBy(() -> config.newTokens(50, 1024))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the prompt has 50 ids and maxLength is 50, which counts the prompt; expected at least 51,"
                        + " or use maxNewTokens");
    }

    @ParameterizedTest
    @MethodSource
    void wrongOptionsAreRejected(String message, Consumer<GenerationConfigBuilder> options) {
        GenerationConfigBuilder builder = GenerationConfig.builder();
        assertThatThrownBy(() -> {
                    options.accept(builder);
                    builder.build();
                })
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    static Stream<Arguments> wrongOptionsAreRejected() {
        return Stream.of(
                wrong(
                        "temperature is 0.0, expected above 0",
                        b -> b.doSample(true).temperature(0)),
                // As 32-bit floats these are 0, infinite, or have few digits left.
                wrong(
                        "temperature is 1.0E-40, expected above 0, from 1.2E-38 to 3.4E38; for the likeliest",
                        b -> b.doSample(true).temperature(1e-40)),
                wrong(
                        "temperature is 1.0E39, expected above 0, from 1.2E-38 to 3.4E38",
                        b -> b.doSample(true).temperature(1e39)),
                wrong(
                        "repetitionPenalty is 1.0E-300, expected above 0, from 1.2E-38 to 3.4E38, where 1",
                        b -> b.repetitionPenalty(1e-300)),
                wrong("repetitionPenalty is 1.0E300, expected above 0", b -> b.repetitionPenalty(1e300)),
                wrong("sequenceBias is {[5]=1.0E300}, expected sequences", b -> b.logitBias(5, 1e300)),
                wrong("sequenceBias is {[5]=-1.0E300}, expected sequences", b -> b.logitBias(5, -1e300)),
                wrong("temperature is NaN", b -> b.doSample(true).temperature(Double.NaN)),
                wrong(
                        "topK is -1, expected at least 1, or 0",
                        b -> b.doSample(true).topK(-1)),
                wrong("topP is 1.5, expected 0 to 1", b -> b.doSample(true).topP(1.5)),
                wrong("maxLength is 0, expected at least 1", b -> b.maxLength(0)),
                wrong("maxNewTokens is -5, expected at least 1", b -> b.maxNewTokens(-5)),
                wrong("numReturnSequences is 0", b -> b.doSample(true).numReturnSequences(0)),
                wrong(
                        "maxLength is 50 and maxNewTokens is 20, expected only one",
                        b -> b.maxLength(50).maxNewTokens(20)),
                wrong("temperature has no effect while doSample is false", b -> b.temperature(1)),
                wrong("topK has no effect while doSample is false", b -> b.topK(50)),
                wrong("topP has no effect while doSample is false", b -> b.topP(1)),
                wrong("seed has no effect while doSample is false", b -> b.seed(1)),
                wrong("numReturnSequences has no effect while doSample is false", b -> b.numReturnSequences(2)),
                wrong(
                        "doSample is false, but the preset OPENAI always samples",
                        b -> b.preset(Preset.OPENAI).doSample(false)));
    }

    private static Arguments wrong(String message, Consumer<GenerationConfigBuilder> options) {
        return Arguments.of(message, options);
    }
}
