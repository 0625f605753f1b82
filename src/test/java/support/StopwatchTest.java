package support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class StopwatchTest {
    /** The values are those of Python's statistics.median. */
    @Test
    void theMedianIsTheMiddle() {
        assertThat(Stopwatch.median(List.of(7.0))).isEqualTo(7);
        assertThat(Stopwatch.median(List.of(9.0, 1.0, 4.0))).isEqualTo(4);
        assertThat(Stopwatch.median(List.of(4.0, 1.0, 100.0, 3.0))).isEqualTo(3.5);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Stopwatch.median(List.of()))
                .withMessage("found no time, expected at least one run");
    }

    @Test
    void isInMilliseconds() {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50);
        double found = Stopwatch.milliseconds(() -> {
            while (System.nanoTime() < end) {
                LockSupport.parkNanos(end - System.nanoTime());
            }
        });
        assertThat(found).isBetween(1.0, 20_000.0);
    }
}
