package io.github.gpt2djl.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.checkpoint.ModelConfig;
import io.github.gpt2djl.hub.Catalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** examples/how-the-decoder-works.md quotes decoder.py as it is, and its numbers are those of the models. */
class DecoderPageTest {
    private static final Pattern QUOTE = Pattern.compile("```python\n(.*?)\n```", Pattern.DOTALL);
    private static final Pattern ROW = Pattern.compile("^\\| `(.+?)` \\| (.+) \\|$", Pattern.MULTILINE);

    private final String page = Files.readString(Path.of("examples/how-the-decoder-works.md"));

    DecoderPageTest() throws IOException {}

    @Test
    void quotesAreInTheFile() throws IOException {
        List<String> file =
                stripped(Files.readString(Path.of("src/main/resources/io/github/gpt2djl/decoder/decoder.py")));
        List<String> quotes =
                QUOTE.matcher(page).results().map(found -> found.group(1)).toList();
        assertThat(quotes).hasSizeGreaterThan(10);
        for (String quote : quotes) {
            assertThat(Collections.indexOfSubList(file, stripped(quote)))
                    .as(quote)
                    .isNotNegative();
        }
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
        assertThat(Precision.FP32.bytesPerStep(model, DeviceChoice.CPU)).isEqualTo(4 * (layers + table));
        if (Precision.MIXED.isAvailable()) {
            assertThat(Precision.FP16.bytesPerStep(model, DeviceChoice.CPU)).isEqualTo(2 * (layers + table));
            assertThat(Precision.MIXED.bytesPerStep(model, DeviceChoice.CPU)).isEqualTo(2 * layers + table);
            assertThat(Precision.INT8.bytesPerStep(model, DeviceChoice.CPU)).isEqualTo(layers + table);
        }
        List<String> figures = new ArrayList<>(List.of(
                "" + model.layers(),
                "" + model.heads(),
                "" + width,
                "" + model.parameters(),
                Math.round(100.0 * table / model.parameters()) + " %"));
        for (long bytes : List.of(4 * (layers + table), 2 * (layers + table), 2 * layers + table, layers + table)) {
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
                numbers += row.group(1).startsWith("h.N.") ? 12 * product : product;
            }
        }
        assertThat(numbers)
                .isEqualTo(Catalog.find("gpt2").orElseThrow().config().parameters());
    }

    /** Without the first, and without the commas of thousands. */
    private static List<String> cells(MatchResult row) {
        return List.of(row.group(2).replaceAll("(?<=\\d),(?=\\d{3})", "").split(" *\\| *"));
    }

    private static List<String> stripped(String text) {
        return text.lines().map(String::strip).toList();
    }
}
