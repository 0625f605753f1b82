package exercises;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/** The page examples/EXERCISES.md: its checks state what the solutions compute. */
final class Sheet {
    private static final Path PAGE = Path.of("examples/EXERCISES.md");

    private Sheet() {}

    /** Asserts that the exercise with this solution states the values, in the format's words. */
    static void states(String solution, String format, Object... values) {
        assertThat(exercise(solution)).contains(String.format(Locale.ROOT, format, values));
    }

    private static String exercise(String solution) {
        try {
            return Arrays.stream(Files.readString(PAGE).split("\n(?=\\*\\*\\d+\\. )"))
                    .filter(exercise -> exercise.contains("- Solution: `" + solution + "`"))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
