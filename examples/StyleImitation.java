import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.RankedContinuation;
import java.awt.Color;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.lines.SeriesLines;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import support.Lesson;
import support.Picture;
import support.Progress;
import support.Style;

/** Lesson 17: a model imitates the style of the examples in its prompt; how much they help can be measured. */
@Command(name = "StyleImitation", description = "Few-shot prompts: examples of a style, then a new beginning.")
public final class StyleImitation extends Lesson {
    @Option(names = "--style", description = "couplets, proverbs or headlines; default: ${DEFAULT-VALUE}.")
    String style = "couplets";

    @Option(names = "--shots", split = ",", description = "Numbers of examples, 0 to 5; default: 0,1,2,4.")
    List<Integer> shots = List.of(0, 1, 2, 4);

    @Option(names = "--beginning", description = "Of the new text; default: one of that style.")
    String beginning = "";

    @Option(names = "--seed", description = "Of the draws; default: ${DEFAULT-VALUE}.")
    long seed = 1;

    public static void main(String... args) {
        run(new StyleImitation(), args);
    }

    @Override
    protected void teach() throws IOException {
        Style chosen = Style.named(style);
        String start = beginning.isEmpty() ? chosen.beginning() : beginning;
        try (Gpt2 gpt2 = load()) {
            XYChart chart = Picture.plot(
                    "What examples of a style do (dashed: of another)",
                    "examples",
                    "perplexity, % of that after " + shots.get(0));
            // No halves of examples.
            chart.getStyler().setXAxisTickMarkSpacingHint(150);
            // Two lines of each color.
            chart.getStyler()
                    .setSeriesColors(Stream.of(chart.getStyler().getSeriesColors())
                            .flatMap(color -> Stream.of(color, color))
                            .toArray(Color[]::new));
            out.println("Perplexity of a text after so many of the same style, or of another:\n");
            out.printf("%-26s", "examples");
            shots.forEach(count -> out.printf("%7d", count));
            out.println();
            StringBuilder rows = new StringBuilder();
            for (Style own : Progress.over("measuring", Style.ALL)) {
                Style other = Style.ALL.get((Style.ALL.indexOf(own) + 1) % Style.ALL.size());
                measure(gpt2, own, own, chart, rows);
                measure(gpt2, own, other, chart, rows)
                        .setLineStyle(SeriesLines.DASH_DASH)
                        .setShowInLegend(false);
            }
            out.print(rows);

            for (int count : shots) {
                var config = GenerationConfig.builder()
                        .doSample(true)
                        .temperature(0.7)
                        .topP(0.9)
                        .seed(seed)
                        .maxNewTokens(40)
                        .stopStrings("\n")
                        .build();
                String text =
                        gpt2.generate(chosen.shots(0, count) + start, config).text();
                out.println("\nafter " + count + ": " + start + text);
            }
            out.println("\nwrote " + Picture.save(chart, pictures, "style-imitation.png"));
        }
    }

    private XYSeries measure(Gpt2 gpt2, Style style, Style before, XYChart chart, StringBuilder rows) {
        List<Double> perplexities = shots.stream()
                .map(count -> perplexity(gpt2, style, before, count))
                .toList();
        String name = style.name() + " after " + before.name();
        rows.append("%-26s".formatted(name));
        perplexities.forEach(perplexity -> rows.append("%7.0f".formatted(perplexity)));
        rows.append('\n');
        double first = perplexities.get(0);
        return chart.addSeries(
                name, shots, perplexities.stream().map(p -> 100 * p / first).toList());
    }

    /** Of each text of a style, after so many of the others, or after texts of another style. */
    private static double perplexity(Gpt2 gpt2, Style style, Style before, int count) {
        double sum = 0;
        int tokens = 0;
        for (int i = 0; i < style.examples().size(); i++) {
            Prompt prompt = Prompt.of(before.shots(i, count));
            Prompt text = Prompt.of(style.examples().get(i));
            RankedContinuation scored = gpt2.rank(prompt, List.of(text)).get(0);
            sum += scored.sum();
            tokens += scored.ids().size();
        }
        return Math.exp(-sum / tokens);
    }
}
