package support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expected: with g = list(nltk.ngrams(ids, n)) of nltk 3.10, 1 - len(nltk.FreqDist(g)) / len(g). */
class RepetitionTest {
    private static final List<Integer> IDS = List.of(5, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 9, 9, 9, 9, 9, 5, 1, 2);

    @ParameterizedTest
    @CsvSource({"1, 0.7", "2, 0.5789473684210527", "3, 0.4444444444444444", "4, 0.2941176470588235", "20, 0.0"})
    void shareIsNltks(int n, double expected) {
        assertThat(Repetition.share(IDS, n)).isEqualTo(expected, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource({"21", "4000"})
    void aTextWithoutNgramsRepeatsNothing(int n) {
        assertThat(Repetition.share(IDS, n)).isZero();
    }
}
