import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.InsufficientMemoryException;
import io.github.gpt2djl.KnownModel;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.Score;
import io.github.gpt2djl.ScoreOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.markers.SeriesMarkers;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import support.BitsPerByte;
import support.Lesson;
import support.Picture;
import support.PowerLaw;
import support.Progress;
import support.Stopwatch;
import support.Texts;
import support.Work;

/** Lesson 19: the larger a model, the less a text surprises it, by a power law (Kaplan et al. 2020). */
@Command(name = "ScalingLaw", description = "Loss and speed of models of all sizes, and the power law through them.")
public final class ScalingLaw extends Lesson {
    @Option(names = "--models", split = ",", description = "Others; default: the published ones on this machine.")
    @Nullable
    List<String> others;

    @Option(names = "--cerebras", description = "The five sizes of Cerebras-GPT, too; those on this machine.")
    boolean cerebras;

    private record Point(String model, List<Integer> ids, double weights, double loss) {}

    public static void main(String... args) {
        run(new ScalingLaw(), args);
    }

    @Override
    protected void teach() throws IOException {
        var names = new LinkedHashSet<>(List.of(model));
        names.addAll(others == null ? List.of() : others);
        // No dialogues, proteins, Chinese.
        String usual = others == null ? "(distil)?gpt2(-[mlx].*)?|op.*" : "";
        for (KnownModel known : KnownModel.all()) {
            boolean asked = known.name().matches(usual) || (cerebras && isCerebras(known.name()));
            if (asked && known.isAvailable()) {
                names.add(known.name());
            }
        }
        List<Point> points = new ArrayList<>();
        StringBuilder rows = new StringBuilder();
        for (String name : Progress.over("models", names)) {
            try (Gpt2 gpt2 = load(name)) {
                points.add(measure(name, gpt2, rows));
            } catch (InsufficientMemoryException e) {
                rows.append(name + " is left out: " + e.getMessage() + "\n");
            }
        }
        out.print("weights, M   nats/token   perplexity   bits/byte   tokens/s   model\n" + rows);
        if (points.isEmpty()) {
            throw new IllegalStateException("no model fits into this machine's memory");
        }
        XYChart chart = Picture.plot("Bigger is better", "weights without embeddings", "nats per token");
        Picture.logarithms(
                chart, points.stream().map(Point::weights), points.stream().map(Point::loss));
        // Nats per token compare models of the same tokens; a law is of models that learned the same texts.
        var families = points.stream().collect(Collectors.groupingBy(p -> List.of(isCerebras(p.model()), p.ids())));
        families.values().forEach(family -> fit(chart, family));
        out.println("wrote " + Picture.save(chart, pictures, "scaling-law.png"));
    }

    private static boolean isCerebras(String name) {
        return name.toLowerCase(Locale.ROOT).contains("cerebras-gpt-");
    }

    private Point measure(String name, Gpt2 gpt2, StringBuilder rows) {
        var half = ScoreOptions.DEFAULT.withStride(gpt2.config().positions() / 2);
        Score score = gpt2.score(Prompt.of(Texts.PROSE), half);
        var config =
                GenerationConfig.builder().maxNewTokens(32).minNewTokens(32).build();
        List<Double> times = Stream.generate(() -> Stopwatch.milliseconds(() -> gpt2.generate("My", config)))
                .limit(5)
                .toList();
        double speed = 32_000 / Stopwatch.median(times);
        double weights = Work.nonEmbeddingWeights(gpt2.config());
        double loss = -score.logProbability() / score.logProbabilities().size();
        String row = "%10.1f %12.3f %12.1f %11.3f %10.1f   %s%n";
        rows.append(row.formatted(weights / 1e6, loss, score.perplexity(), BitsPerByte.of(gpt2, score), speed, name));
        return new Point(name, score.ids(), weights, loss);
    }

    private void fit(XYChart chart, List<Point> family) {
        String tokenizer = "tokenizer of " + family.get(0).model().replaceAll(".*/(?=.)", "");
        double[] weights = family.stream().mapToDouble(Point::weights).toArray();
        double[] losses = family.stream().mapToDouble(Point::loss).toArray();
        chart.addSeries(tokenizer, weights, losses).setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
        double[] sizes = Arrays.stream(weights).distinct().sorted().toArray();
        if (sizes.length < 3) {
            out.printf("%n%s: a line needs 3 sizes, found %d. GPT-2 has four, fetched with%n", tokenizer, sizes.length);
            out.println("java -jar target/gpt2-djl.jar download gpt2    and so gpt2-medium, gpt2-large, gpt2-xl");
            return;
        }
        PowerLaw law = PowerLaw.fit(weights, losses);
        out.printf("%n%s: L = %.3g * N^%.4f nats per token%n", tokenizer, law.a(), -law.b());
        double[] line = {sizes[0], sizes[sizes.length - 1]};
        out.printf("if that goes on, ten times the largest has %.3f%n", law.at(10 * line[1]));
        chart.addSeries("law of the " + tokenizer, line, new double[] {law.at(line[0]), law.at(line[1])})
                .setMarker(SeriesMarkers.NONE);
    }
}
