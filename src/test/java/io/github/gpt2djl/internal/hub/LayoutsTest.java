package io.github.gpt2djl.internal.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import io.github.gpt2djl.internal.checkpoint.OpenAiForm;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each layout that docs/models.md lists, from a folder and from the Hub's cache: the answers are transformers'. */
class LayoutsTest {
    private static final Pattern ROW = Pattern.compile(
            "^\\| (.+?) \\| (.+?) \\| `src/test/resources/reference/families/(.+?)` \\|$", Pattern.MULTILINE);
    private static final Pattern FILE = Pattern.compile("`([^`]+)`");
    private static final String OPENAI = "OpenAI's own release";

    @TempDir
    Path temporary;

    /**
     * A row of the page.
     *
     * @param files that are read
     * @param example whose answers are known
     */
    private record Layout(String name, List<String> files, String example) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Layout> layouts() throws IOException {
        return ROW.matcher(Files.readString(Path.of("docs/models.md")))
                .results()
                .map(row -> new Layout(
                        row.group(1),
                        FILE.matcher(row.group(2))
                                .results()
                                .map(file -> file.group(1))
                                .toList(),
                        row.group(3)))
                .toList();
    }

    /** All but OpenAI's, which is on no Hub. */
    static Stream<Layout> layoutsOfTheHub() throws IOException {
        return layouts().stream().filter(layout -> !layout.name().equals(OPENAI));
    }

    /** The example's files: those of the layout, and those of the other half, weights or tokenizer. */
    private Path folder(Layout layout) throws IOException {
        Path published = FamilyReferenceTest.ROOT.resolve(layout.example());
        if (!layout.name().equals(OPENAI)) {
            return published;
        }
        Path full = temporary.resolve("full");
        try (Checkpoint checkpoint = Checkpoint.open(published)) {
            checkpoint.save(full, DType.F32);
        }
        for (String file : List.of("vocab.json", "merges.txt")) {
            Files.copy(published.resolve(file), full.resolve(file));
        }
        return OpenAiForm.write(full, temporary.resolve("openai"));
    }

    @Test
    void thePageHasAll() throws IOException {
        assertThat(layouts())
                .extracting(Layout::name)
                .contains(OPENAI)
                .hasSize(7 + 4)
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void fromAFolder(Layout layout) throws IOException {
        Path folder = folder(layout);
        assertThat(layout.files()).as(layout.name()).isNotEmpty();
        try (Stream<Path> files = Files.list(folder)) {
            List<String> names =
                    files.map(file -> file.getFileName().toString()).toList();
            for (String file : layout.files()) {
                assertThat(names).as(layout.name()).anyMatch(name -> name.matches(expression(file)));
            }
        }
        FamilyReferenceTest.check(layout.example(), folder);
    }

    /** An asterisk stands for a number. */
    private static String expression(String file) {
        return Pattern.quote(file).replace("*", "\\E[0-9]+\\Q");
    }

    @ParameterizedTest
    @MethodSource("layoutsOfTheHub")
    void fromTheHubsCache(Layout layout) throws IOException {
        Path cache = new PublishedCache(temporary).with("someone/model", FamilyReferenceTest.files(layout.example()));
        Path found = Models.folder("someone/model", PublishedCache.environment(cache));
        assertThat(found).isEqualTo(cache.resolve("models--someone--model/snapshots/" + PublishedCache.COMMIT));
        FamilyReferenceTest.check(layout.example(), found);
    }

    /** transformers does not load it either; the message says what a repository has. */
    @Test
    void openAisReleaseIsNoRepository() throws IOException {
        Layout layout = layouts().stream()
                .filter(each -> each.name().equals(OPENAI))
                .findFirst()
                .orElseThrow();
        List<Path> files;
        try (Stream<Path> all = Files.list(folder(layout))) {
            files = all.toList();
        }
        Path cache = new PublishedCache(temporary).with("someone/model", files);
        assertThatThrownBy(() -> Models.folder("someone/model", PublishedCache.environment(cache)))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("config.json, model.safetensors");
    }
}
