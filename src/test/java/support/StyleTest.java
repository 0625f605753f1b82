package support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class StyleTest {
    private static final Style STYLE = new Style("s", "", List.of("a", "b", "c"));

    @Test
    void shotsGoRoundAndLeaveOutTheOneBefore() {
        assertThat(STYLE.shots(0, 0)).isEqualTo("\n");
        assertThat(STYLE.shots(0, 2)).isEqualTo("\nb\nc\n");
        assertThat(STYLE.shots(2, 2)).isEqualTo("\na\nb\n");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> STYLE.shots(0, 3))
                .withMessageContaining("3 shots, expected 0 to 2");
    }

    @Test
    void namesAreThoseOfStyles() {
        assertThat(Style.named("proverbs").examples()).hasSize(6);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Style.named("x"))
                .withMessageContaining("couplets, proverbs, headlines");
    }
}
