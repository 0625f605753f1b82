package io.github.gpt2djl;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.testing.ShippedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The lessons stay short, and each has its page; that they run is JarIT's. */
class LessonsTest {
    /** A block of code or output. */
    private static final String BLOCK = "(?s)```(?:sh|text)\n(.*?)```";

    @Test
    void eachIsShortAndHasAPage() throws IOException {
        String pages = Files.readString(Path.of("examples/README.md"));
        List<Path> lessons;
        try (Stream<Path> files = Files.list(Path.of("examples"))) {
            lessons = files.filter(file -> file.toString().endsWith(".java")).toList();
        }
        assertThat(lessons).hasSizeGreaterThan(20);
        for (Path lesson : lessons) {
            // A tokenizer, a model and JSON need their lines.
            int most = lesson.endsWith("PlainGpt2.java") ? 250 : 120;
            assertThat(Files.readAllLines(lesson)).as(lesson.toString()).hasSizeLessThanOrEqualTo(most);
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

    /** The Chinese page shows the same commands and the same output, and states no figure that the English page lacks. */
    @Test
    void theChinesePageShowsTheSameOutput() throws IOException {
        Map<String, String> english = sections("examples/README.md");
        Map<String, String> chinese = sections("docs/zh-CN/lessons.md");
        assertThat(chinese.keySet()).containsExactly("1", "2", "3", "4", "5", "6");
        chinese.forEach((number, section) -> {
            String original = english.get(number);
            assertThat(found(section, BLOCK)).as(number).isEqualTo(found(original, BLOCK));
            assertThat(found(section.replaceAll(BLOCK, ""), "(?<!\\d)(\\d+\\.\\d+)"))
                    .as(number)
                    .allMatch(figure -> original.contains(figure));
        });
    }

    private static Map<String, String> sections(String page) throws IOException {
        Map<String, String> sections = new LinkedHashMap<>();
        String[] parts = Files.readString(Path.of(page)).split("(?m)^## (?=\\d+\\. )");
        for (String section : List.of(parts).subList(1, parts.length)) {
            sections.put(section.substring(0, section.indexOf('.')), section);
        }
        return sections;
    }

    /** Lessons 2 and 4 compute with these. */
    @Test
    void logitsAreThoseOfTheShippedModel() throws IOException {
        Gpt2 gpt2 = ShippedModel.SHAKESPEARE;
        int not = gpt2.encode(" not").get(0);
        int thee = gpt2.encode(" thee").get(0);
        float[] logits = new float[2];
        var config = GenerationConfig.builder().maxNewTokens(1).logitsProcessor((scores, text) -> {
            logits[0] = scores[not];
            logits[1] = scores[thee];
        });
        gpt2.generate("ROMEO:\nI do", config.build());
        double gap = logits[0] - logits[1];
        assertThat(Files.readString(Path.of("examples/README.md")))
                .contains(
                        String.format(Locale.ROOT, "` not` has the logit %.2f and ` thee` %.2f", logits[0], logits[1]))
                .contains(String.format(Locale.ROOT, "e^%.3f = %.2f", gap, Math.exp(gap)));
    }

    private static List<String> found(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .toList();
    }
}
