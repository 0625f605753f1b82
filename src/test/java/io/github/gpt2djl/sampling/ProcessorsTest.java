package io.github.gpt2djl.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each rule does to scores, by hand; RulesReferenceTest compares with transformers. */
class ProcessorsTest {
    private static final float OUT = Float.NEGATIVE_INFINITY;
    /** A prompt of 2, 0, 1 and the new ids 1, 3, 1; the 3 behind them is none of the text's. */
    private static final TokenSequence TEXT = new TokenSequence(new int[] {2, 0, 1, 1, 3, 1, 3}, 6, 3, 10);

    /** OpenAI's formula: logit - c·frequency - [c > 0]·presence. */
    @Test
    void penaltiesCountWhatIsNew() {
        assertThat(after(new OccurrencePenalty(.5, 0), TEXT)).containsExactly(0, .5f, 2, 2.5f);
        assertThat(after(new OccurrencePenalty(0, .25), TEXT)).containsExactly(0, .5f, 2, 2.75f);
        assertThat(after(new OccurrencePenalty(-2, 2), TEXT)).containsExactly(0, -1, 2, 3);
        assertThat(after(new OccurrencePenalty(2, -2), TEXT)).containsExactly(0, 3, 2, 3);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-2.01, 2.01, Double.NaN})
    void penaltiesOutOfRangeAreRejected(double penalty) {
        assertThatThrownBy(() -> new OccurrencePenalty(penalty, 0))
                .hasMessage("presencePenalty is " + penalty + ", expected -2 to 2");
        assertThatThrownBy(() -> new OccurrencePenalty(0, penalty))
                .hasMessage("frequencyPenalty is " + penalty + ", expected -2 to 2");
    }

    @Test
    void repetitionIsPenalisedOnceWhateverTheSign() {
        float[] scores = {-3, 0, 3, 6};
        new RepetitionPenalty(2).process(scores, text(1, 9, 0, 1, 3, 0, 3));
        assertThat(scores).containsExactly(-6, 0, 3, 3);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void repetitionPenaltiesAreAboveZero(double penalty) {
        assertThatThrownBy(() -> new RepetitionPenalty(penalty))
                .hasMessage("repetitionPenalty is " + penalty
                        + ", expected above 0, from 1.2E-38 to 3.4E38, where 1 changes nothing");
    }

    @Test
    void anNgramDoesNotComeTwice() {
        // 1 was followed by 1 and 3; 3 1 by nothing yet.
        assertThat(after(new NoRepeatNgram(2), TEXT)).containsExactly(0, OUT, 2, OUT);
        assertThat(after(new NoRepeatNgram(1), TEXT)).containsOnly(OUT);
        assertThat(after(new NoRepeatNgram(3), TEXT)).containsExactly(0, 1, 2, 3);
        assertThat(after(new NoRepeatNgram(3), text(1, 10, 3, 1, 0, 3, 1))).containsExactly(OUT, 1, 2, 3);
        // Longer than the text.
        assertThat(after(new NoRepeatNgram(9), TEXT)).containsExactly(0, 1, 2, 3);
        assertThatThrownBy(() -> new NoRepeatNgram(0)).hasMessage("noRepeatNgramSize is 0, expected at least 1");
    }

    @Test
    void aBiasCountsWhereTheTextEndsWithWhatIsBeforeIt() {
        assertThat(after(new SequenceBias(Map.of(List.of(2), -1.5)), TEXT)).containsExactly(0, 1, .5f, 3);
        assertThat(after(new SequenceBias(Map.of(List.of(1, 3, 1, 0), 4.)), TEXT))
                .containsExactly(4, 1, 2, 3);
        assertThat(after(new SequenceBias(Map.of(List.of(3, 0), 4.)), TEXT)).containsExactly(0, 1, 2, 3);
        assertThat(after(new SequenceBias(Map.of(List.of(2, 1, 0), 4.)), TEXT)).containsExactly(0, 1, 2, 3);
        // As long as the text and one more, and longer than that.
        assertThat(after(new SequenceBias(Map.of(List.of(3, 0), 4.)), text(1, 9, 3)))
                .containsExactly(4, 1, 2, 3);
        assertThat(after(new SequenceBias(Map.of(List.of(3, 3, 0), 4.)), text(1, 9, 3)))
                .containsExactly(0, 1, 2, 3);
        double nothing = Double.NEGATIVE_INFINITY;
        assertThat(after(new SequenceBias(Map.of(List.of(0), nothing)), TEXT)).containsExactly(OUT, 1, 2, 3);
    }

    /** In transformers the sums are 2 and 100,000,000, whatever the order: biases are added up before the score. */
    @Test
    void biasesOfATokenAreAddedUpFirst() {
        Map<List<Integer>, Double> two = new LinkedHashMap<>();
        two.put(List.of(2), 1e8);
        two.put(List.of(3, 1, 2), -1e8);
        assertThat(after(new SequenceBias(two), TEXT)).containsExactly(0, 1, 2, 3);
        Map<List<Integer>, Double> three = new LinkedHashMap<>();
        three.put(List.of(3, 1, 2), -1e8);
        three.put(List.of(1), 1.5);
        three.put(List.of(1, 2), 1e8);
        three.put(List.of(2), 1e8);
        assertThat(after(new SequenceBias(three), TEXT)).containsExactly(0, 2.5f, 1e8f, 3);
    }

    @Test
    void biasesThatMeanNothingAreRejected() {
        assertThatThrownBy(() -> new SequenceBias(Map.of(List.of(), 1.)))
                .hasMessage("a biased sequence is [], expected at least one id, each 0 or above");
        assertThatThrownBy(() -> new SequenceBias(Map.of(List.of(0, -1), 1.))).hasMessageContaining("[0, -1]");
        assertThatThrownBy(() -> new SequenceBias(Map.of(List.of(0), Double.NaN)))
                .hasMessage("the bias of [0] is NaN, expected a number of 32 bits or -Infinity");
        assertThatThrownBy(() -> new SequenceBias(Map.of(List.of(0), 1e39)))
                .hasMessage("the bias of [0] is 1.0E39, expected a number of 32 bits or -Infinity");
        assertThatThrownBy(() -> new SequenceBias(Map.of(List.of(0), Double.POSITIVE_INFINITY)))
                .hasMessageContaining("the bias of [0] is Infinity");
    }

    @Test
    void endsAreBannedUntilTheTextIsLongEnough() {
        List<Integer> ends = List.of(0, 3);
        // Six ids, of which three are new.
        assertThat(after(new MinLength(6, 3, ends), TEXT)).containsExactly(0, 1, 2, 3);
        assertThat(after(new MinLength(7, 0, ends), TEXT)).containsExactly(OUT, 1, 2, OUT);
        assertThat(after(new MinLength(0, 4, ends), TEXT)).containsExactly(OUT, 1, 2, OUT);
        assertThatThrownBy(() -> new MinLength(-1, 0, ends))
                .hasMessage("minLength is -1 and minNewTokens is 0, expected 0 or more");
        assertThatThrownBy(() -> new MinLength(0, -1, ends)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void tokensAreSuppressedAtTheBeginOnly() {
        assertThat(after(new SuppressedAtBegin(List.of(1, 2)), text(2, 9, 0, 0)))
                .containsExactly(0, OUT, OUT, 3);
        assertThat(after(new SuppressedAtBegin(List.of(1, 2)), text(1, 9, 0, 0)))
                .containsExactly(0, 1, 2, 3);
    }

    @Test
    void aForcedTokenLeavesNothingElse() {
        var second = new ForcedToken(List.of(3), ForcedToken.Place.SECOND);
        assertThat(after(second, text(1, 9, 0))).containsExactly(OUT, OUT, OUT, 0);
        assertThat(after(second, text(1, 2, 0, 0))).containsExactly(0, 1, 2, 3);
        var last = new ForcedToken(List.of(1, 2), ForcedToken.Place.LAST);
        assertThat(after(last, text(1, 4, 0, 0, 0))).containsExactly(OUT, 0, 0, OUT);
        assertThat(after(last, text(1, 4, 0, 0))).containsExactly(0, 1, 2, 3);
    }

    @Test
    void rulesAreAppliedInOrderToEachRow() {
        LogitsProcessor twice = (scores, text) -> scores[0] *= 2;
        LogitsProcessor more = (scores, text) -> scores[0] += 3;
        float[] seen = new float[1];
        Sampler first = (logits, text, draw) -> {
            seen[0] = logits.get(0);
            return logits.limit();
        };
        ProcessedSampler processed = new ProcessedSampler(List.of(twice, more), first);
        float[] logits = {5, 1};
        for (int row = 0; row < 2; row++) {
            assertThat(processed.sample(FloatBuffer.wrap(logits), TEXT, 0)).isEqualTo(2);
            assertThat(seen).containsExactly(13);
        }
        assertThat(logits).as("the model's own").containsExactly(5, 1);
        assertThat(processed.sample(FloatBuffer.wrap(new float[] {7}), TEXT, 0)).isEqualTo(1);
        assertThat(seen).containsExactly(17);
    }

    @Test
    void somethingMustBeLeft() {
        LogitsProcessor rule = new SequenceBias(Map.of(List.of(0), Double.NEGATIVE_INFINITY));
        ProcessedSampler processed = new ProcessedSampler(List.of(rule), new Greedy());
        assertThat(processed.sample(FloatBuffer.wrap(new float[] {1, 0}), TEXT, 0))
                .isEqualTo(1);
        assertThatThrownBy(() -> processed.sample(FloatBuffer.wrap(new float[] {1}), TEXT, 0))
                .isInstanceOf(NoTokenLeftException.class)
                .hasMessage("no token is left: the rules (SequenceBias) have banned all 1; expected at least one that"
                        + " may follow");
    }

    /** What a rule makes of the scores 0, 1, 2, 3. */
    private static float[] after(LogitsProcessor rule, TokenSequence text) {
        float[] scores = {0, 1, 2, 3};
        rule.process(scores, text);
        return scores;
    }

    private static TokenSequence text(int promptLength, int maxLength, int... ids) {
        // What is behind the text's end must not count.
        int[] longer = Arrays.copyOf(ids, ids.length + 1);
        longer[ids.length] = 2;
        return new TokenSequence(longer, ids.length, promptLength, maxLength);
    }
}
