package io.github.gpt2djl.internal.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.internal.hub.Catalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** examples/how-the-decoder-works.md quotes the TorchScript files as they are, and its numbers are those of the models. */
class DecoderPageTest {
    private static final Path SOURCES = Path.of("src/main/resources/io/github/gpt2djl/torchscript");
    private static final Pattern QUOTE =
            Pattern.compile("<!-- (\\S+\\.py): ([^\\n]+) -->\n```python\n(.*?)\n```", Pattern.DOTALL);
    private static final Pattern ANCHOR = Pattern.compile("^ *# --- (.+) ---$");
    private static final Pattern ROW = Pattern.compile("^\\| `(.+?)` \\| (.+) \\|$", Pattern.MULTILINE);

    private final String page = Files.readString(Path.of("examples/how-the-decoder-works.md"));

    DecoderPageTest() throws IOException {}

    /** A comment in the page names the file and the section that the lines after it are, from one anchor to the next. */
    @Test
    void quotesAreSectionsOfTheFiles() throws IOException {
        List<MatchResult> quotes = QUOTE.matcher(page).results().toList();
        assertThat(quotes).hasSizeGreaterThan(10).hasSize(page.split("```python\n", -1).length - 1);
        for (MatchResult quote : quotes) {
            assertThat(quote.group(3))
                    .as(quote.group(1) + ": " + quote.group(2))
                    .isEqualTo(section(SOURCES.resolve(quote.group(1)), quote.group(2)));
        }
    }

    private static String section(Path file, String name) throws IOException {
        StringBuilder section = new StringBuilder();
        boolean inside = false;
        for (String line : Files.readAllLines(file)) {
            Matcher anchor = ANCHOR.matcher(line);
            if (anchor.matches()) {
                inside = anchor.group(1).equals(name);
            } else if (inside) {
                section.append(line).append('\n');
            }
        }
        return section.toString().stripTrailing().stripIndent().strip();
    }

    @Test
    void filesThatThePageNamesExist() {
        Pattern link = Pattern.compile("\\]\\((\\.\\./[^)]+)\\)");
        assertThat(link.matcher(page).results())
                .hasSizeGreaterThan(5)
                .allMatch(found -> Files.exists(Path.of("examples").resolve(found.group(1))));
    }

    @Test
    void sizesAreThoseOfTheModels() {
        List<String> names = new ArrayList<>();
        for (MatchResult row : ROW.matcher(page).results().toList()) {
            Catalog.find(row.group(1)).ifPresent(model -> {
                names.add(model.name());
                assertThat(cells(row)).as(model.name()).isEqualTo(figures(model.config()));
            });
        }
        assertThat(names).containsExactly("distilgpt2", "gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl");
    }

    private static List<String> figures(ModelConfig model) {
        long width = model.width();
        long layers = 12 * width * width * model.layers();
        long table = model.vocabularySize() * width;
        // The same as what the library says, on processors that have the kernels.
        assertThat(Kernels.of(Precision.FP32, DeviceChoice.CPU).bytesPerStep(model))
                .isEqualTo(4 * (layers + table));
        if (Precision.MIXED.isAvailable()) {
            assertThat(Kernels.of(Precision.FP16, DeviceChoice.CPU).bytesPerStep(model))
                    .isEqualTo(2 * (layers + table));
            assertThat(Kernels.of(Precision.MIXED, DeviceChoice.CPU).bytesPerStep(model))
                    .isEqualTo(2 * layers + table);
            assertThat(Kernels.of(Precision.INT8, DeviceChoice.CPU).bytesPerStep(model))
                    .isEqualTo(layers + table);
        }
        List<String> figures = new ArrayList<>(List.of(
                "" + model.layers(),
                "" + model.heads(),
                "" + width,
                "" + model.parameters(),
                Math.round(100.0 * table / model.parameters()) + " %"));
        for (long bytes : List.of(
                4 * (layers + table),
                2 * (layers + table),
                2 * layers + table,
                layers + table,
                layers * 5 / 8 + table)) {
            figures.add("" + Math.round(bytes / 1e6));
        }
        figures.add("" + 2 * Float.BYTES * model.layers() * width);
        return figures;
    }

    @Test
    void tensorsAreAllOf124M() {
        long numbers = 0;
        for (MatchResult row : ROW.matcher(page).results().toList()) {
            String shape = cells(row).get(0);
            if (shape.startsWith("[")) {
                long product = 1;
                for (String size : shape.replaceAll("[\\[\\] ]", "").split(",")) {
                    product *= Long.parseLong(size);
                }
                numbers += row.group(1).startsWith("h.i.") ? 12 * product : product;
            }
        }
        assertThat(numbers)
                .isEqualTo(Catalog.find("gpt2").orElseThrow().config().parameters());
    }

    /** Without the first, and without the commas of thousands. */
    private static List<String> cells(MatchResult row) {
        return List.of(row.group(2).replaceAll("(?<=\\d),(?=\\d{3})", "").split(" *\\| *"));
    }
}
