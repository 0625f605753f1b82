package exercises;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** examples/EXERCISES.md names each solution once, and says of each exercise how a learner can check it. */
class SheetTest {
    @Test
    void eachExerciseHasItsSolution() throws IOException {
        String sheet = Files.readString(Path.of("examples/EXERCISES.md"));
        List<String> named = Pattern.compile("^- Solution: `(\\w+\\.\\w+)`$", Pattern.MULTILINE)
                .matcher(sheet)
                .results()
                .map(found -> found.group(1))
                .toList();
        List<String> solutions = Stream.of(
                        ChoosingTest.class, RunningTest.class, OwnRulesTest.class, LookingInsideTest.class)
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods())
                        .filter(method -> method.isAnnotationPresent(Test.class))
                        .map(method -> type.getSimpleName() + "." + method.getName()))
                .toList();
        assertThat(named).containsExactlyInAnyOrderElementsOf(solutions);
        assertThat(sheet.lines().filter(line -> line.matches("\\*\\*\\d+\\. .*")))
                .hasSameSizeAs(named);
        for (String exercise : sheet.split("\n\\*\\*\\d+\\. ", -1)) {
            assertThat(exercise.startsWith("# ") || exercise.contains("\n- Check: "))
                    .as(exercise)
                    .isTrue();
        }
    }
}
