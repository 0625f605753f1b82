package io.github.gpt2djl.internal.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What makes the two rates comparable. */
class QueueBenchmarkTest {
    /** Lengths differ between half and one and a half of the mean, and each pair has the work of two means. */
    @ParameterizedTest
    @ValueSource(ints = {2, 5, 32, 65})
    void aQueueOfDifferentLengthsIsAsMuchWorkAsFullBatches(int mean) {
        Set<Integer> lengths = new HashSet<>();
        for (int which = 0; which < 2; which++) {
            for (int pair = 0; pair < 200; pair++) {
                int one = QueueBenchmark.around(mean, 2 * pair, which);
                int other = QueueBenchmark.around(mean, 2 * pair + 1, which);
                assertThat(one + other).isEqualTo(2 * mean);
                lengths.add(one);
                lengths.add(other);
            }
        }
        assertThat(lengths).hasSize(2 * (mean / 2) + 1).contains(mean - mean / 2, mean + mean / 2);
    }
}
