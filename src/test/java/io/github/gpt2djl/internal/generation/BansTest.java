package io.github.gpt2djl.internal.generation;

import static io.github.gpt2djl.GenerationOption.*;
import static io.github.gpt2djl.testing.InvalidOptions.assertInvalid;
import static io.github.gpt2djl.testing.ShippedModel.SHAKESPEARE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationConfigBuilder;
import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.GenerationRequest;
import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.Prompt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Rules that leave no token are found before anything is computed, where that can be known. */
class BansTest {
    private static final int VOCABULARY = SHAKESPEARE.config().vocabularySize();
    private static final int[] ALL = IntStream.range(0, VOCABULARY).toArray();
    private static final int[] HALF = IntStream.range(0, 1000).toArray();
    private static final int[] REST = IntStream.range(1000, VOCABULARY).toArray();

    static Stream<Arguments> whatBansAllIsRejected() {
        return Stream.of(
                wrong(List.of(SUPPRESS_TOKENS), config().suppressTokens(ALL)),
                wrong(List.of(BEGIN_SUPPRESS_TOKENS), config().beginSuppressTokens(ALL)),
                wrong(
                        List.of(SUPPRESS_TOKENS, BEGIN_SUPPRESS_TOKENS),
                        config().suppressTokens(HALF).beginSuppressTokens(REST)),
                wrong(List.of(BAD_WORDS_IDS), config().badWordsIds(words()).eosTokenId(5)),
                wrong(List.of(SEQUENCE_BIAS), config().sequenceBias(biases(List.of()))),
                wrong(List.of(SEQUENCE_BIAS), config().sequenceBias(biases(List.of(8)))),
                wrong(List.of(NO_REPEAT_NGRAM_SIZE, SUPPRESS_TOKENS), config().noRepeatNgramSize(1)),
                wrong(
                        List.of(FORCED_BOS_TOKEN_ID, SUPPRESS_TOKENS),
                        config().forcedBosTokenId(7).suppressTokens(7)),
                wrong(List.of(MIN_NEW_TOKENS), config().eosTokenId(ALL).minNewTokens(2)),
                wrong(
                        List.of(MIN_LENGTH, SUPPRESS_TOKENS),
                        config().eosTokenId(HALF).minLength(40).suppressTokens(REST)));
    }

    private static Arguments wrong(List<GenerationOption<?>> banning, GenerationConfigBuilder config) {
        return Arguments.of(banning, config);
    }

    private static GenerationConfigBuilder config() {
        return GenerationConfig.builder();
    }

    /** Alone, eos is no bad word, so it is one of two here. */
    private static List<List<Integer>> words() {
        List<List<Integer>> words = new ArrayList<>();
        IntStream.of(ALL).filter(id -> id != 5).forEach(id -> words.add(List.of(id)));
        words.add(List.of(8, 5));
        return words;
    }

    private static Map<List<Integer>, Double> biases(List<Integer> before) {
        Map<List<Integer>, Double> biases = new HashMap<>();
        for (int id : ALL) {
            List<Integer> sequence = new ArrayList<>(before);
            sequence.add(id);
            biases.put(sequence, Double.NEGATIVE_INFINITY);
        }
        return biases;
    }

    @ParameterizedTest
    @MethodSource
    void whatBansAllIsRejected(List<GenerationOption<?>> banning, GenerationConfigBuilder config) {
        // A text of all tokens but for the 1-gram's; else it ends with 8.
        Prompt prompt = banning.contains(NO_REPEAT_NGRAM_SIZE)
                ? Prompt.ofIds(IntStream.of(ALL).limit(250).boxed().toList())
                : Prompt.ofIds(8);
        if (banning.contains(NO_REPEAT_NGRAM_SIZE)) {
            int[] others = IntStream.range(250, VOCABULARY).toArray();
            config.suppressTokens(others);
        }
        GenerationRequest request = new GenerationRequest(prompt, config.build());
        InvalidOptionException invalid = assertInvalid(
                banning.get(0),
                request.config().get(banning.get(0)),
                "at least one that may follow the prompt",
                () -> SHAKESPEARE.check(request));
        assertThat(invalid.related()).isEqualTo(banning.subList(1, banning.size()));
        assertThatThrownBy(() -> SHAKESPEARE.generateAll(List.of(request)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aForcedEndThatIsSuppressedIsRejected() {
        GenerationConfig config =
                config().forcedEosTokenId(7, 9).suppressTokens(9, 7).build();
        InvalidOptionException invalid = assertInvalid(
                FORCED_EOS_TOKEN_ID,
                List.of(7, 9),
                "at least one id",
                () -> SHAKESPEARE.check(new GenerationRequest(Prompt.of("O"), config)));
        assertThat(invalid.related()).containsExactly(SUPPRESS_TOKENS);
    }

    @Test
    void whatLeavesATokenIsNot() {
        GenerationConfig one = config().suppressTokens(
                        IntStream.of(ALL).filter(id -> id != 33).toArray())
                .maxNewTokens(3)
                .build();
        assertThat(SHAKESPEARE.generate("ROMEO:", one).ids()).containsExactly(33, 33, 33);
        GenerationConfig end = config().forcedEosTokenId(7, 9)
                .suppressTokens(9)
                .maxNewTokens(3)
                .build();
        assertThat(SHAKESPEARE.generate("ROMEO:", end).ids().get(2)).isEqualTo(7);
        // An own rule may allow again what others have banned; nobody knows before it is asked.
        GenerationConfig own = config().suppressTokens(ALL)
                .logitsProcessor((scores, text) -> scores[44] = 1)
                .maxNewTokens(2)
                .build();
        assertThat(SHAKESPEARE.generate("ROMEO:", own).ids()).containsExactly(44, 44);
    }

    @Test
    void aLengthPenaltyThatIsNoFloatAtThatLengthIsRejected() {
        for (double penalty : new double[] {1e300, -1e300, 60, -60}) {
            GenerationConfig config =
                    config().numBeams(2).lengthPenalty(penalty).maxNewTokens(20).build();
            assertInvalid(
                    LENGTH_PENALTY,
                    penalty,
                    "20 new tokens to this power within",
                    () -> SHAKESPEARE.check(new GenerationRequest(Prompt.of("O"), config)));
        }
        GenerationConfig config =
                config().numBeams(2).lengthPenalty(25).maxNewTokens(20).build();
        assertThat(SHAKESPEARE.generate("O", config).score().orElseThrow()).isNegative();
    }
}
