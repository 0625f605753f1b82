package io.github.gpt2djl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages' links lead somewhere, the tests that they name exist, and the README stays short. */
class LinksTest {
    private static final Pattern FENCE = Pattern.compile("^(```|~~~).*?^\\1", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern CODE = Pattern.compile("`[^`\n]*`");
    private static final Pattern LINK = Pattern.compile("\\[[^\\]\n]*\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("^#{1,6} +(.+?) *#*$", Pattern.MULTILINE);
    private static final Pattern TEST = Pattern.compile("`(\\w+(?:Test|Fuzz|IT))`");
    private static final List<String> FOLDERS = List.of("docs", "examples", "models", "src");

    @TempDir
    Path temporary;

    @Test
    void linksAndAnchorsLeadSomewhere() throws IOException {
        List<Path> pages = pages(Path.of(""));
        assertThat(pages)
                .hasSizeGreaterThan(20)
                .contains(
                        Path.of("README.md"),
                        Path.of("README.zh-CN.md"),
                        Path.of("CHANGELOG.md"),
                        Path.of("CONTRIBUTING.md"),
                        Path.of("docs/models.md"),
                        Path.of("docs/zh-CN/README.md"),
                        Path.of("examples/README.md"),
                        Path.of("examples/spark/README.md"),
                        Path.of("src/jmh/README.md"));
        int links = 0;
        for (Path page : pages) {
            links += links(page).size();
        }
        assertThat(links).isGreaterThan(200);
        assertThat(broken(pages)).isEmpty();
    }

    /** The page below has a good and a broken link of each kind, and links in code, which are none. */
    @Test
    void brokenLinksAndAnchorsAreFound() throws IOException {
        Files.writeString(temporary.resolve("other.md"), "# One, two?\n\n## `code` of *a* page\n\n## One, two?\n");
        Path page = Files.writeString(temporary.resolve("page.md"), """
                # 标题 here
                [a](other.md) [b](absent.md) [c](other.md#one-two) [d](other.md#three) [e](#标题-here) [f](#absent)
                [g](other.md#code-of-a-page) [h](other.md#one-two-1) [i](other.md#one-two-2) ![j](absent.png)
                [k](https://example.org/absent) `[l](absent.md)`
                ```
                [m](absent.md)
                # absent
                ```
                """);
        assertThat(broken(List.of(page)).stream().map(text -> text.substring(text.lastIndexOf(' ') + 1)))
                .containsExactly("absent.md", "other.md#three", "#absent", "other.md#one-two-2", "absent.png");
    }

    @Test
    void testsThatPagesNameExist() throws IOException {
        Set<String> tests = new TreeSet<>();
        for (String folder : List.of("src/test/java", "examples")) {
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                files.map(file -> file.getFileName().toString())
                        .filter(file -> file.endsWith(".java"))
                        .forEach(file -> tests.add(file.substring(0, file.length() - ".java".length())));
            }
        }
        Set<String> named = new TreeSet<>();
        for (Path page : pages(Path.of(""))) {
            TEST.matcher(Files.readString(page)).results().forEach(found -> named.add(found.group(1)));
        }
        // LangChain4j's own.
        named.removeIf(test -> test.startsWith("Abstract"));
        assertThat(named).hasSizeGreaterThan(30);
        assertThat(tests).containsAll(named);
    }

    @Test
    void theReadmeIsShort() throws IOException {
        for (String name : List.of("README.md", "README.zh-CN.md")) {
            String readme = Files.readString(Path.of(name));
            assertThat(readme.lines().count()).as(name + ", lines").isLessThanOrEqualTo(120);
            assertThat(readme.strip().split("\\s+")).as(name + ", words").hasSizeLessThanOrEqualTo(1_100);
        }
    }

    /** A row of a table has as many cells as the table's first row. */
    @Test
    void tablesAreWhole() throws IOException {
        List<String> uneven = new ArrayList<>();
        for (Path page : pages(Path.of(""))) {
            long cells = 0;
            for (String line :
                    FENCE.matcher(Files.readString(page)).replaceAll("").lines().toList()) {
                long found = line.startsWith("|")
                        ? line.replace("\\|", "").chars().filter(c -> c == '|').count()
                        : 0;
                if (found != 0 && cells != 0 && found != cells) {
                    uneven.add(page + ": " + line);
                }
                cells = found;
            }
        }
        assertThat(uneven).isEmpty();
    }

    private static List<Path> pages(Path root) throws IOException {
        List<Path> pages = new ArrayList<>();
        try (Stream<Path> files = Files.list(root)) {
            files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
        }
        for (String folder : FOLDERS) {
            try (Stream<Path> files = Files.walk(root.resolve(folder))) {
                files.filter(file -> file.toString().endsWith(".md"))
                        .filter(file -> !file.toString().contains("node_modules")
                                && !file.toString().contains("target"))
                        .forEach(pages::add);
            }
        }
        return pages.stream()
                // Files that a model's folder has, not pages.
                .filter(page -> !page.startsWith("src/test/resources"))
                .sorted()
                .toList();
    }

    /** Returns a line for each link without a target: page and link. */
    private static List<String> broken(List<Path> pages) throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path page : pages) {
            for (String link : links(page)) {
                int hash = link.indexOf('#');
                String file = hash < 0 ? link : link.substring(0, hash);
                Path target = file.isEmpty() ? page : page.resolveSibling(file).normalize();
                boolean there = Files.exists(target);
                if (there && hash >= 0) {
                    there = anchors(target).contains(link.substring(hash + 1));
                }
                if (!there) {
                    broken.add(page + ": " + link);
                }
            }
        }
        return broken;
    }

    /** Returns the relative links of a page; links in code are none. */
    private static List<String> links(Path page) throws IOException {
        String text = FENCE.matcher(Files.readString(page)).replaceAll("");
        // A link's text may be code, as in [`Gpt2`](Gpt2.java): only the code's content goes.
        String plain = CODE.matcher(text).replaceAll("``");
        return LINK.matcher(plain)
                .results()
                .map(found -> found.group(1))
                .filter(link -> !link.matches("[a-z]+:.*"))
                .toList();
    }

    /** Returns the names that GitHub gives to the headings of a page. */
    private static Set<String> anchors(Path page) {
        String text;
        try {
            text = FENCE.matcher(Files.readString(page)).replaceAll("");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, Integer> times = new HashMap<>();
        return HEADING.matcher(text)
                .results()
                .map(LinksTest::slug)
                .map(slug -> {
                    int before = times.merge(slug, 1, Integer::sum) - 1;
                    return before == 0 ? slug : slug + "-" + before;
                })
                .collect(Collectors.toSet());
    }

    /** Lower case; letters, digits, underscores and hyphens stay, a space becomes a hyphen. */
    private static String slug(MatchResult heading) {
        String text = heading.group(1).replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1");
        return text.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}\\p{M}_ -]", "")
                .replace(' ', '-');
    }
}
