package support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** src/test/python/make_metric_references.py computed the expectations with NLTK and scikit-learn. */
class MetricsTest {
    /** Doubles on both sides. */
    private static final double TOLERANCE = 1e-12;

    private record Expected(List<Texts> diversity, List<Groups> groups, List<Sentence> plain) {}

    private record Texts(List<List<Integer>> texts, List<Double> bleu, double self_bleu, List<Double> distinct) {}

    private record Groups(List<Double> high, List<Double> low, double auc) {}

    private record Sentence(String tokens, String text) {}

    private static final Expected EXPECTED = read();

    private static Expected read() {
        try {
            String json = Files.readString(Path.of("src/test/resources/reference/metrics.json"));
            return new Gson().fromJson(json, Expected.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<Texts> texts() {
        return EXPECTED.diversity.stream();
    }

    @ParameterizedTest
    @MethodSource("texts")
    void bleuIsThatOfNltkWithItsSmoothingMethod1(Texts expected) {
        for (int i = 0; i < expected.texts.size(); i++) {
            List<List<Integer>> others = new ArrayList<>(expected.texts);
            others.remove(i);
            assertThat(Diversity.bleu(expected.texts.get(i), others))
                    .isCloseTo(expected.bleu.get(i), within(TOLERANCE));
        }
        assertThat(Diversity.selfBleu(expected.texts)).isCloseTo(expected.self_bleu, within(TOLERANCE));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void distinctCountsNltksNgrams(Texts expected) {
        for (int n = 1; n <= 3; n++) {
            assertThat(Diversity.distinct(expected.texts, n))
                    .isCloseTo(expected.distinct.get(n - 1), within(TOLERANCE));
        }
    }

    static Stream<Groups> groups() {
        return EXPECTED.groups.stream();
    }

    @ParameterizedTest
    @MethodSource("groups")
    void aucIsThatOfScikitLearn(Groups expected) {
        assertThat(Separation.auc(expected.high, expected.low)).isCloseTo(expected.auc, within(TOLERANCE));
        assertThat(Separation.auc(expected.low, expected.high)).isCloseTo(1 - expected.auc, within(TOLERANCE));
    }

    static Stream<Sentence> plain() {
        return EXPECTED.plain.stream();
    }

    @ParameterizedTest
    @MethodSource("plain")
    void tokensBecomeTextAsWithNltk(Sentence expected) {
        assertThat(ClozeQuestion.plain(expected.tokens)).isEqualTo(expected.text);
    }
}
