package support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Expected values: {@code s, i = numpy.polyfit(numpy.log(x), numpy.log(y), 1)}, b = -s, a = exp(i), numpy 2.4. */
class PowerLawTest {
    private static final double[] SIZES = {85_056_000, 302_309_376, 708_022_272, 1_475_561_600};
    private static final double[] LOSSES = {3.9, 3.55, 3.41, 3.22};

    @Test
    void isThatOfPolyfit() {
        PowerLaw law = PowerLaw.fit(SIZES, LOSSES);
        assertThat(law.a()).isCloseTo(12.87888981615233, within(1e-9));
        assertThat(law.b()).isCloseTo(0.06557262637436928, within(1e-12));
        assertThat(law.at(1e10)).isCloseTo(2.845457896931051, within(1e-9));
    }

    @Test
    void threePointsNearOne() {
        PowerLaw law = PowerLaw.fit(new double[] {1, 2, 5}, new double[] {3, 2.5, 2});
        assertThat(law.a()).isCloseTo(2.9913039918486004, within(1e-12));
        assertThat(law.b()).isCloseTo(0.25149039254959177, within(1e-12));
    }

    @Test
    void whatHasNoLineIsRejected() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PowerLaw.fit(new double[] {4, 4}, new double[] {1, 2}))
                .withMessage("found 2 points with the same x, expected at least two x");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PowerLaw.fit(new double[] {4, 5}, new double[] {1, 0}))
                .withMessageContaining("found the point 5.0, 0.0");
    }
}
