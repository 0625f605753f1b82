package support;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PaintedTest {
    private static Painted words(boolean colours) {
        return new Painted(colours)
                .add("To be", 0, ' ')
                .add(" or", 32, '.')
                .add("\nnot", 31, 'O')
                .add(" to", 35, '#');
    }

    @Test
    void signsStandBelowTheirText() {
        assertThat(words(false)).hasToString("To be or\n      ..\nnot to\nOOO ##\n");
        Painted wide = new Painted(false);
        for (int i = 0; i < 30; i++) {
            wide.add(" word", 0, 'o');
        }
        assertThat(wide.toString().lines()).hasSize(4).allMatch(line -> line.length() == 75);
    }

    @Test
    void coloursAreAnsi() {
        assertThat(words(true))
                .hasToString("\033[0mTo be\033[0m\033[32m or\033[0m\033[31m\nnot\033[0m\033[35m to\033[0m\n");
    }

    @Test
    void classesHoldTheRanksUpToTheirs() {
        assertThat(RankClass.shares(List.of(1, 10, 11, 100, 101, 1000, 1001, 50257)))
                .containsExactly(0.25, 0.25, 0.25, 0.25);
        assertThat(RankClass.shares(List.of(9, 9, 2, 700))).containsExactly(0.75, 0.0, 0.25, 0.0);
    }
}
