import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationConfigBuilder;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Token;
import io.github.gpt2djl.sampling.StepTrace;
import io.github.gpt2djl.sampling.TokenProbability;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.markers.SeriesMarkers;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import support.Bars;
import support.Lesson;
import support.Picture;
import support.Progress;

/** Lesson 5: the k likeliest tokens are nearly all that can come at one place of a text, and few of them at another. */
@Command(name = "TopK", description = "What top-k keeps, at a peaked and at a flat place of a text.")
public final class TopK extends Lesson {
    /** The most tokens looked at. */
    private static final int MOST = 500;

    @Parameters(arity = "0..1", description = "A text to continue; default: \"${DEFAULT-VALUE}\".")
    String prompt = "ROMEO:\n";

    @Option(names = "--top-k", split = ",", description = "Values to compare, 0 for all tokens; default: 1,5,40,0.")
    List<Integer> ks = List.of(1, 5, 40, 0);

    @Option(names = "--seed", description = "Of the texts; default: ${DEFAULT-VALUE}.")
    long seed = 1;

    public static void main(String... args) {
        run(new TopK(), args);
    }

    @Override
    protected void teach() throws IOException {
        try (Gpt2 gpt2 = load()) {
            int most = Math.min(MOST, gpt2.config().vocabularySize());
            Generation text =
                    gpt2.generate(prompt, config(0).topLogprobs(most).trace(1).build());
            List<Double> entropies =
                    text.trace().stream().map(StepTrace::entropy).toList();
            int peaked = entropies.indexOf(Collections.min(entropies));
            int flat = entropies.indexOf(Collections.max(entropies));
            show(gpt2, "The most certain place", text, peaked);
            show(gpt2, "The least certain place", text, flat);

            List<double[]> masses = text.tokens().stream().map(TopK::masses).toList();
            double[] mean = IntStream.range(0, most)
                    .mapToDouble(k -> masses.stream()
                            .mapToDouble(mass -> mass[k])
                            .average()
                            .orElseThrow())
                    .toArray();
            out.printf("%nThe probability that k tokens hold, in %%:%n%n");
            out.printf("%5s %12s %15s %13s%n", "k", "most certain", "mean of " + masses.size(), "least certain");
            for (int k : IntStream.of(1, 2, 5, 10, 20, 40, 100, 200, 500)
                    .filter(k -> k <= most)
                    .toArray()) {
                double high = 100 * masses.get(peaked)[k - 1];
                double low = 100 * masses.get(flat)[k - 1];
                out.printf("%5d %12.2f %15.2f %13.2f%n", k, high, 100 * mean[k - 1], low);
            }
            XYChart chart = Picture.plot("What k tokens hold", "k", "probability");
            chart.getStyler().setXAxisLogarithmic(true).setYAxisMin(0.0);
            add(chart, "most certain place", masses.get(peaked));
            add(chart, "mean of " + masses.size() + " places", mean);
            add(chart, "least certain place", masses.get(flat));
            out.println("wrote " + Picture.save(chart, pictures, "top-k.png"));

            StringBuilder texts = new StringBuilder();
            for (int k : Progress.over("drawing", ks)) {
                String drawn = gpt2.generate(prompt, config(k).build()).text();
                texts.append("\n--- top-k ").append(k == 0 ? "off" : k).append('\n');
                texts.append(prompt).append(drawn).append('\n');
            }
            out.print(texts);
        }
    }

    private GenerationConfigBuilder config(int k) {
        return GenerationConfig.builder().doSample(true).topK(k).seed(seed).maxNewTokens(60);
    }

    private void show(Gpt2 gpt2, String what, Generation text, int place) {
        String before = prompt + gpt2.decode(text.ids().subList(0, place));
        String end = before.length() > 40 ? "…" + before.substring(before.length() - 40) : before;
        out.println(what + " is after " + Bars.quote(end) + ":");
        for (TokenProbability token : text.tokens().get(place).top().subList(0, 5)) {
            String name = Bars.quote(gpt2, token.id());
            out.printf("%14s %6.2f %% %s%n", name, 100 * token.probability(), Bars.bar(token.probability(), 60));
        }
    }

    /** What the likeliest token holds, the two likeliest, and so on. */
    private static double[] masses(Token token) {
        double[] masses =
                token.top().stream().mapToDouble(TokenProbability::probability).toArray();
        Arrays.parallelPrefix(masses, Double::sum);
        return masses;
    }

    private static void add(XYChart chart, String name, double[] masses) {
        double[] k = IntStream.rangeClosed(1, masses.length).asDoubleStream().toArray();
        chart.addSeries(name, k, masses).setMarker(SeriesMarkers.NONE);
    }
}
