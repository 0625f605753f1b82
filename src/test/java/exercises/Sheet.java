package exercises;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;

/** The page examples/EXERCISES.md: its checks state what the solutions compute. */
final class Sheet {
    private static final Path PAGE = Path.of("examples/EXERCISES.md");

    private Sheet() {}

    /**
     * Asserts that the exercise with this solution states the values, in the format's words. With {@code
     * -Dexercises.write=true} the page is changed, for another shipped model.
     */
    static void states(String solution, String format, Object... values) {
        String text = String.format(Locale.ROOT, format, values);
        if (Boolean.getBoolean("exercises.write")) {
            write(solution, format, text);
        }
        assertThat(exercise(solution)).contains(text);
    }

    private static void write(String solution, String format, String text) {
        String old = exercise(solution);
        String stated = ("\\Q" + format + "\\E")
                .replaceAll("%[,.0-9]*[df]", "\\\\E-?[\\\\d,.]*\\\\d\\\\Q")
                .replace("%s", "\\E.*?\\Q");
        String page = page().replace(old, old.replaceFirst(stated, Matcher.quoteReplacement(text)));
        try {
            Files.writeString(PAGE, page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String exercise(String solution) {
        return Arrays.stream(page().split("\n(?=\\*\\*\\d+\\. )"))
                .filter(exercise -> exercise.contains("- Solution: `" + solution + "`"))
                .findFirst()
                .orElseThrow();
    }

    private static String page() {
        try {
            return Files.readString(PAGE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
