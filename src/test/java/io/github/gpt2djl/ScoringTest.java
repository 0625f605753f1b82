package io.github.gpt2djl;

import static io.github.gpt2djl.testing.InvalidOptions.assertInvalid;
import static io.github.gpt2djl.testing.ShippedModel.SHAKESPEARE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.Gson;
import io.github.gpt2djl.internal.generation.LoadedModel;
import io.github.gpt2djl.sampling.TokenProbability;
import io.github.gpt2djl.testing.ShippedVocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ScoringTest {
    private static final Path FOLDER = Path.of("src/test/resources/reference");
    /** FP32's promise. */
    private static final double TOLERANCE = 1e-4;

    private record Strides(int[] ids, List<Case> cases) {}

    private record Case(int stride, double[] log_probs) {}

    /** src/test/python/make_references.py ran the code of transformers' guide. */
    @Test
    void longTextsAreScoredAsInTransformersGuide() throws IOException {
        Strides expected = new Gson().fromJson(Files.readString(FOLDER.resolve("strides.json")), Strides.class);
        assertThat(expected.cases).extracting(c -> c.stride).containsExactly(1, 32, 60, 95);
        try (Gpt2 gpt2 = Gpt2.load(FOLDER.resolve("prefixed-f32"))) {
            Prompt text = Prompt.ofIds(expected.ids);
            for (Case c : expected.cases) {
                Score score = gpt2.score(text, ScoreOptions.DEFAULT.withStride(c.stride));
                assertThat(score.logProbabilities())
                        .hasSize(expected.ids.length - 1)
                        .hasSize(c.log_probs.length);
                for (int i = 0; i < c.log_probs.length; i++) {
                    assertThat(score.logProbabilities().get(i))
                            .as("stride %d, id %d", c.stride, i + 1)
                            .isCloseTo(c.log_probs[i], within(TOLERANCE));
                }
            }
        }
    }

    private record Joint(List<Ranked> ranked, List<Scored> scored) {}

    private record Ranked(String prompt, List<Continued> continuations) {}

    private record Continued(String text, int[] ids, double log_prob) {}

    private record Scored(String text, int[] ids, double[] log_probs) {}

    /** OPT's tokenizer begins a text with {@code </s>}: once, however many texts are joined. */
    @Test
    void textsThatAreJoinedAreThoseOfTransformers() throws IOException {
        Joint expected = new Gson().fromJson(Files.readString(FOLDER.resolve("opt-f16/joint.json")), Joint.class);
        assertThat(expected.ranked).hasSize(3);
        assertThat(expected.scored).hasSize(3);
        try (Gpt2 gpt2 = Gpt2.load(FOLDER.resolve("opt-f16"))) {
            for (Ranked each : expected.ranked) {
                List<Prompt> texts = each.continuations.stream()
                        .map(continued -> Prompt.of(continued.text))
                        .toList();
                List<RankedContinuation> found = gpt2.rank(Prompt.of(each.prompt), texts);
                assertThat(found).hasSameSizeAs(texts);
                for (RankedContinuation one : found) {
                    Continued wanted = each.continuations.get(one.index());
                    assertThat(one.ids()).as(wanted.text).isEqualTo(LoadedModel.boxed(wanted.ids));
                    assertThat(one.sum()).as(wanted.text).isCloseTo(wanted.log_prob, within(10 * TOLERANCE));
                    assertThat(gpt2.encode(wanted.text, false)).isEqualTo(one.ids());
                }
                assertThat(found).extracting(RankedContinuation::mean).isSortedAccordingTo(Comparator.reverseOrder());
            }
            for (Scored each : expected.scored) {
                for (boolean bos : new boolean[] {true, false}) {
                    Score score = gpt2.score(Prompt.of(each.text), ScoreOptions.DEFAULT.withBos(bos));
                    assertThat(score.ids()).isEqualTo(LoadedModel.boxed(each.ids));
                    assertThat(score.logProbabilities()).hasSize(each.log_probs.length);
                    for (int i = 0; i < each.log_probs.length; i++) {
                        assertThat(score.logProbabilities().get(i)).isCloseTo(each.log_probs[i], within(TOLERANCE));
                    }
                }
                // Ids are what they are: bos stands in front of them where it is asked for.
                assertThat(gpt2.score(Prompt.ofIds(each.ids), ScoreOptions.DEFAULT.withBos(true))
                                .ids())
                        .hasSize(each.ids.length + 1)
                        .startsWith(2, 2);
            }
        }
    }

    @Test
    void withBosTheFirstIdHasAProbabilityToo() {
        List<Integer> ids = SHAKESPEARE.encode("To be, or not to be");
        Score with = SHAKESPEARE.score(Prompt.of("To be, or not to be"), ScoreOptions.DEFAULT.withBos(true));
        assertThat(with.ids())
                .hasSize(ids.size() + 1)
                .startsWith(SHAKESPEARE.config().bosId());
        assertThat(with.logProbabilities()).hasSize(ids.size());
        Token first = SHAKESPEARE
                .generate(
                        "",
                        GenerationConfig.builder()
                                .maxNewTokens(1)
                                .topLogprobs(ShippedVocabulary.SIZE)
                                .build())
                .tokens()
                .get(0);
        double expected = first.top().stream()
                .filter(token -> token.id() == ids.get(0))
                .findFirst()
                .orElseThrow()
                .logProbability();
        assertThat(with.logProbabilities().get(0)).isCloseTo(expected, within(TOLERANCE));
        assertThat(with.perplexity()).isCloseTo(Math.exp(-with.logProbability() / ids.size()), within(1e-9));
        assertThat(SHAKESPEARE
                        .score(Prompt.of("a"), ScoreOptions.DEFAULT.withBos(true))
                        .logProbabilities())
                .hasSize(1);
    }

    @Test
    void theLikeliestAreThoseThatGeneratingTells() {
        var config = GenerationConfig.builder()
                .doSample(true)
                .seed(1)
                .maxNewTokens(100)
                .topLogprobs(4)
                .build();
        Generation drawn = SHAKESPEARE.generate("ROMEO:", config);
        List<Integer> ids = new ArrayList<>(drawn.promptIds());
        ids.addAll(drawn.ids());
        Score score = SHAKESPEARE.score(Prompt.ofIds(ids), ScoreOptions.DEFAULT.withTopLogprobs(4));
        assertThat(score.top()).hasSize(ids.size() - 1);
        for (int i = 0; i < 100; i++) {
            List<TokenProbability> found = score.top().get(i + drawn.promptIds().size() - 1);
            List<TokenProbability> expected = drawn.tokens().get(i).top();
            for (int k = 0; k < 4; k++) {
                assertThat(found.get(k).logProbability())
                        .isCloseTo(expected.get(k).logProbability(), within(TOLERANCE));
            }
            assertThat(found.get(0).id()).isEqualTo(expected.get(0).id());
        }
        assertThat(SHAKESPEARE.score(Prompt.ofIds(ids)).top()).allMatch(List::isEmpty);
    }

    @Test
    void ranksAreThoseOfTheTrace() {
        var config = GenerationConfig.builder()
                .doSample(true)
                .seed(1)
                .maxNewTokens(100)
                .trace(1)
                .build();
        Generation drawn = SHAKESPEARE.generate("ROMEO:", config);
        List<Integer> ids = new ArrayList<>(drawn.promptIds());
        ids.addAll(drawn.ids());
        List<Integer> ranks = SHAKESPEARE.score(Prompt.ofIds(ids)).ranks();
        List<Integer> expected =
                drawn.trace().stream().map(step -> step.chosen().rank()).toList();
        assertThat(ranks.subList(ranks.size() - 100, ranks.size())).isEqualTo(expected);
        assertThat(expected).contains(1).anyMatch(rank -> rank > 10);
    }

    @Test
    void ranksAreThoseOfTheWindowThatScoresAnId() {
        int[] ids = new Random(1).ints(300, 0, ShippedVocabulary.END).toArray();
        List<Integer> ranks = SHAKESPEARE
                .score(Prompt.ofIds(ids), ScoreOptions.DEFAULT.withStride(100))
                .ranks();
        List<Integer> second = SHAKESPEARE
                .score(Prompt.ofIds(Arrays.copyOfRange(ids, 100, 300)))
                .ranks();
        assertThat(ranks).hasSize(299);
        assertThat(ranks.subList(255, 299)).isEqualTo(second.subList(155, 199));
    }

    @Test
    void continuationsAreRankedByWhatScoreSays() {
        List<Prompt> choices = List.of(Prompt.of(" zebra's"), Prompt.of(" not to be"), Prompt.of(" not"));
        List<RankedContinuation> ranked = SHAKESPEARE.rank(Prompt.of("To be, or"), choices);
        assertThat(ranked).hasSize(3);
        assertThat(ranked.get(2).index()).isZero();
        for (RankedContinuation one : ranked) {
            List<Double> all = SHAKESPEARE
                    .score(Prompt.of("To be, or" + choices.get(one.index()).text()))
                    .logProbabilities();
            double sum = all.subList(all.size() - one.ids().size(), all.size()).stream()
                    .mapToDouble(Double::doubleValue)
                    .sum();
            assertThat(one.sum()).isCloseTo(sum, within(TOLERANCE));
            assertThat(one.mean()).isCloseTo(sum / one.ids().size(), within(TOLERANCE));
        }
        assertThat(ranked).isSortedAccordingTo((a, b) -> Double.compare(b.mean(), a.mean()));
    }

    @Test
    void whatCannotBeScoredSaysWhy() {
        Prompt text = Prompt.ofIds(new int[300]);
        NamedOption stride = NamedOption.of("stride");
        InvalidOptionException tooLong =
                assertInvalid(NamedOption.of("text"), 300, "at most 256", () -> SHAKESPEARE.score(text));
        assertThat(tooLong.related()).containsExactly(stride);
        for (int wrong : new int[] {-1, 256}) {
            assertInvalid(
                    stride, wrong, "1 to 255", () -> SHAKESPEARE.score(text, ScoreOptions.DEFAULT.withStride(wrong)));
        }
        int vocabulary = SHAKESPEARE.config().vocabularySize();
        assertInvalid(
                NamedOption.of("topLogprobs"),
                vocabulary + 1,
                "0 to " + vocabulary,
                () -> SHAKESPEARE.score(Prompt.of("To be"), ScoreOptions.DEFAULT.withTopLogprobs(vocabulary + 1)));
        assertInvalid(
                NamedOption.of("text"),
                0,
                "at least 1",
                () -> SHAKESPEARE.score(Prompt.of(""), ScoreOptions.DEFAULT.withBos(true)));
        assertThatThrownBy(() -> SHAKESPEARE.rank(Prompt.of("A"), List.of()))
                .hasMessageContaining("found no continuation");
        assertThatThrownBy(() -> SHAKESPEARE.rank(Prompt.of("A"), List.of(Prompt.of("b"), Prompt.of(""))))
                .hasMessageContaining("continuation 2 is empty");
    }

    @Test
    void textsAreScoredAndRankedAsPrompts() {
        String text = "To be, or not to be";
        assertThat(SHAKESPEARE.score(text)).isEqualTo(SHAKESPEARE.score(Prompt.of(text)));
        assertThat(SHAKESPEARE.rank("To be, or", List.of(" not", " sleep")))
                .isEqualTo(SHAKESPEARE.rank(Prompt.of("To be, or"), List.of(Prompt.of(" not"), Prompt.of(" sleep"))));
    }

    /** Against the log-probability that score gives the same tokens. */
    @Test
    void nextTokensAreAllThatMayCome() {
        int vocabulary = SHAKESPEARE.config().vocabularySize();
        List<TokenProbability> all = SHAKESPEARE.nextTokens(Prompt.of("To be, or"), Integer.MAX_VALUE);
        assertThat(all).hasSize(vocabulary);
        assertThat(all.stream().mapToDouble(TokenProbability::probability).sum())
                .isCloseTo(1, within(1e-5));
        List<Integer> ids = new ArrayList<>(SHAKESPEARE.encode("To be, or"));
        for (TokenProbability one : SHAKESPEARE.nextTokens(Prompt.of("To be, or"), 3)) {
            List<Integer> with = new ArrayList<>(ids);
            with.add(one.id());
            List<Double> scores = SHAKESPEARE.score(Prompt.ofIds(with)).logProbabilities();
            assertThat(one.logProbability()).isCloseTo(scores.get(scores.size() - 1), within(1e-4));
        }
        assertInvalid(NamedOption.of("top"), 0, "at least 1", () -> SHAKESPEARE.nextTokens(Prompt.of("a"), 0));
    }

    @Test
    void theMeanOfWhatWasGenerated() {
        Generation generation = SHAKESPEARE.generate(
                "To be, or", GenerationConfig.builder().maxNewTokens(4).build());
        List<Integer> ids = new ArrayList<>(generation.promptIds());
        ids.addAll(generation.ids());
        List<Double> scores = SHAKESPEARE.score(Prompt.ofIds(ids)).logProbabilities();
        double mean = scores.subList(scores.size() - 4, scores.size()).stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElseThrow();
        assertThat(generation.meanLogProbability()).hasValueCloseTo(mean, within(1e-4));
        assertThat(SHAKESPEARE.decode(818)).isEqualTo(SHAKESPEARE.decode(List.of(818)));
    }
}
