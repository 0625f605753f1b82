package io.github.gpt2djl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The lessons stay short, and each has its page; that they run is JarIT's. */
class LessonsTest {
    @Test
    void eachIsShortAndHasAPage() throws IOException {
        String pages = Files.readString(Path.of("examples/README.md"));
        List<Path> lessons;
        try (Stream<Path> files = Files.list(Path.of("examples"))) {
            lessons = files.filter(file -> file.toString().endsWith(".java")).toList();
        }
        assertThat(lessons).hasSizeGreaterThan(20);
        for (Path lesson : lessons) {
            assertThat(Files.readAllLines(lesson)).as(lesson.toString()).hasSizeLessThanOrEqualTo(120);
            assertThat(pages).contains("(" + lesson.getFileName() + ")");
        }
    }

    /** Each section of the page stands once in its two tables, under its number. */
    @Test
    void theTablesHaveEachSection() throws IOException {
        String page = Files.readString(Path.of("examples/README.md"));
        List<String> sections = found(page, "(?m)^## (\\d+\\. .+)$");
        List<String> rows = found(page, "(?m)^\\| (\\d+ \\| \\[[^]]+)\\]");
        assertThat(sections).hasSizeGreaterThan(20);
        assertThat(rows.stream().map(row -> row.replace(" | [", ". "))).containsExactlyInAnyOrderElementsOf(sections);
    }

    private static List<String> found(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .toList();
    }
}
