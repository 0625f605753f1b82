import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.style.Styler.YAxisPosition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import support.Lesson;
import support.Picture;
import support.Progress;
import support.Stopwatch;

/** Lesson 8: several texts at once cost little more than one, since the weights are read once for all of them. */
@Command(name = "Batches", description = "Throughput and the time of a step by the size of the batch.")
public final class Batches extends Lesson {
    @Parameters(arity = "0..1", description = "The text so far; default: \"${DEFAULT-VALUE}\".")
    String prompt = "GLOUCESTER:";

    @Option(names = "--sizes", split = ",", description = "Texts in a batch; default: 1,2,4,8,16,32,64.")
    List<Integer> sizes = List.of(1, 2, 4, 8, 16, 32, 64);

    @Option(names = "--new-tokens", description = "Steps; default: ${DEFAULT-VALUE}.")
    int newTokens = 16;

    @Option(names = "--runs", description = "The medians of so many are shown; default: ${DEFAULT-VALUE}.")
    int runs = 5;

    public static void main(String... args) {
        run(new Batches(), args);
    }

    @Override
    protected void teach() throws IOException {
        // Each text is drawn anew, and none ends before the others.
        var config = GenerationConfig.builder()
                .doSample(true)
                .maxNewTokens(newTokens)
                .minNewTokens(newTokens)
                .build();
        Map<Integer, List<Double>> times = new LinkedHashMap<>();
        try (Gpt2 gpt2 = load()) {
            // The first of each warms up. All sizes in each run, so that a busy minute spoils none.
            sizes.forEach(size -> milliseconds(gpt2, size, config));
            for (int run : Progress.over("runs", Collections.nCopies(runs, 0))) {
                for (int size : sizes) {
                    times.computeIfAbsent(size, s -> new ArrayList<>()).add(milliseconds(gpt2, size, config));
                }
            }
        }
        out.println("batch    a step   tokens/s");
        List<Double> steps = new ArrayList<>();
        List<Double> throughputs = new ArrayList<>();
        times.forEach((size, milliseconds) -> {
            double step = Stopwatch.median(milliseconds) / newTokens;
            double throughput = 1000 * size / step;
            steps.add(step);
            throughputs.add(throughput);
            out.printf("%5d %6.2f ms %10.0f%n", size, step, throughput);
        });
        CategoryChart chart = draw(List.copyOf(times.keySet()), steps, throughputs);
        out.println("wrote " + Picture.save(chart, pictures, "batches.png"));
    }

    private double milliseconds(Gpt2 gpt2, int size, GenerationConfig config) {
        List<Prompt> batch = Collections.nCopies(size, Prompt.of(prompt));
        return Stopwatch.milliseconds(() -> gpt2.generateAll(batch, config));
    }

    private static CategoryChart draw(List<Integer> sizes, List<Double> steps, List<Double> throughputs) {
        CategoryChart chart = Picture.bars("Several texts at once", "texts in the batch", "tokens per second");
        chart.getStyler().setDefaultSeriesRenderStyle(CategorySeriesRenderStyle.Line);
        chart.getStyler().setOverlapped(true);
        chart.getStyler().setYAxisMin(0, 0.0).setYAxisMin(1, 0.0);
        chart.getStyler().setYAxisGroupPosition(1, YAxisPosition.Right);
        chart.setYAxisGroupTitle(1, "milliseconds a step");
        chart.addSeries("throughput (left)", sizes, throughputs);
        chart.addSeries("time of a step (right)", sizes, steps).setYAxisGroup(1);
        return chart;
    }
}
