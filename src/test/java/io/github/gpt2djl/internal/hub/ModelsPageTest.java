package io.github.gpt2djl.internal.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/models.md names tests that exist, files that exist, and the catalog's states; LayoutsTest has its layouts. */
class ModelsPageTest {
    private static final Path PAGE = Path.of("docs/models.md");
    private static final Pattern FAMILY = Pattern.compile(
            "^\\| ([^|`]+) \\| ([\\w.-]+/[^|]+) \\| (?:.+) \\| ((?:`\\w+Test`(?:, )?)+) \\|$", Pattern.MULTILINE);
    private static final Pattern TEST = Pattern.compile("`(\\w+Test)`");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]*)(?:#([^)]+))?\\)");

    private final String page = Files.readString(PAGE);

    ModelsPageTest() throws IOException {}

    private static Set<String> tests() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith("Test.java"))
                    .map(file -> file.replace(".java", ""))
                    .collect(Collectors.toSet());
        }
    }

    @Test
    void eachFamilyHasTests() throws IOException {
        List<MatchResult> rows = FAMILY.matcher(section("Families")).results().toList();
        assertThat(rows)
                .hasSize((int) section("Families")
                                .lines()
                                .filter(line -> line.startsWith("| "))
                                .count()
                        - 1);
        assertThat(rows)
                .hasSizeGreaterThan(18)
                .allSatisfy(row -> assertThat(names(row.group(3))).contains("FamilyReferenceTest"));
        assertThat(tests()).containsAll(names(page));
    }

    private static List<String> names(String text) {
        return TEST.matcher(text).results().map(found -> found.group(1)).toList();
    }

    private String section(String title) {
        String rest = page.substring(page.indexOf("\n## " + title + "\n") + 1);
        int end = rest.indexOf("\n## ", 1);
        return end < 0 ? rest : rest.substring(0, end);
    }

    @Test
    void linksLeadSomewhere() {
        List<MatchResult> links = LINK.matcher(page).results().toList();
        assertThat(links).hasSizeGreaterThan(3).allSatisfy(link -> {
            if (!link.group(1).isEmpty()) {
                assertThat(PAGE.resolveSibling(link.group(1)).normalize()).exists();
            }
            if (link.group(2) != null) {
                assertThat(page).containsIgnoringCase("\n## " + link.group(2).replace('-', ' ') + "\n");
            }
        });
    }

    /** Names that the page gives are in the catalog, where it has the family. */
    @Test
    void theCatalogsStatesAreTold() {
        Set<String> states = Catalog.models().stream()
                .map(model -> model.isVerified() ? "verified" : model.isPinned() ? "pinned" : "no")
                .collect(Collectors.toSet());
        assertThat(section("The catalog"))
                .contains(states.stream().map(state -> "| `" + state + "` |").toList());
        assertThat(states).hasSize(3);
        assertThat(page)
                .contains(Stream.of("gpt2", "tinystories-33m", "gpt2-chinese", "japanese-gpt2-medium", "protgpt2")
                        .map(name -> Catalog.find(name).orElseThrow().repository())
                        .toList());
    }
}
