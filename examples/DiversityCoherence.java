import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationRequest;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.ScoreOptions;
import io.github.gpt2djl.Token;
import java.io.IOException;
import java.text.DecimalFormat;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.XYChart;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import support.Diversity;
import support.Lesson;
import support.Picture;
import support.Progress;
import support.TextLines;

/** Lesson 10: what sampling gains in diversity it loses in coherence; temperature and top-p choose the exchange. */
@Command(name = "DiversityCoherence", description = "Diversity against coherence over temperature and top-p.")
public final class DiversityCoherence extends Lesson {
    private static final int TEXTS = 12;
    private static final List<Double> TEMPERATURES = List.of(0.5, 0.7, 1.0, 1.3);
    private static final List<Double> TOP_PS = List.of(0.5, 0.7, 0.9, 1.0);

    @Parameters(arity = "0..1", description = "The text that all continue; default: \"${DEFAULT-VALUE}\".")
    String prompt = "My lord,";

    @Option(names = "--max-new-tokens", description = "Tokens of each text; default: ${DEFAULT-VALUE}.")
    int tokens = 40;

    @Option(names = "--seed", description = "Of the draws; default: ${DEFAULT-VALUE}.")
    long seed = 2;

    private record Point(String name, double perplexity, double selfBleu, double distinct1, double distinct2) {}

    public static void main(String... args) {
        run(new DiversityCoherence(), args);
    }

    @Override
    protected void teach() throws Exception {
        String title = "Diversity against coherence: along each curve top-p 0.5, 0.7, 0.9, 1";
        XYChart chart = Picture.plot(title, "perplexity under the model", "self-BLEU (less is more diverse)");
        chart.getStyler().setXAxisTickMarkSpacingHint(170);
        chart.getStyler()
                .setxAxisTickLabelsFormattingFunction(log2 -> new DecimalFormat("0.#").format(Math.pow(2, log2)));
        StringBuilder rows = new StringBuilder();
        try (Gpt2 gpt2 = load()) {
            for (double temperature : Progress.over("sampling", TEMPERATURES)) {
                add(chart, rows, "temperature " + temperature, sample(gpt2, temperature));
            }
            add(chart, rows, "human", List.of(human(gpt2)));
        }
        out.print("temperature  top-p  perplexity  self-BLEU  distinct-1  distinct-2\n" + rows);
        out.println("wrote " + Picture.save(chart, pictures, "diversity-coherence.png"));
    }

    /** The texts of one temperature and each top-p, all in one batch: its rows may have options of their own. */
    private List<Point> sample(Gpt2 gpt2, double temperature) {
        List<GenerationRequest> requests = TOP_PS.stream()
                .map(topP -> GenerationConfig.builder()
                        .doSample(true)
                        .temperature(temperature)
                        .topK(0)
                        .topP(topP)
                        .maxNewTokens(tokens)
                        .minNewTokens(tokens)
                        .numReturnSequences(TEXTS)
                        .seed(seed)
                        .build())
                .map(config -> new GenerationRequest(Prompt.of(prompt), config))
                .toList();
        List<Generation> all = gpt2.generateAll(requests);
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            List<Generation> same = all.subList(i * TEXTS, (i + 1) * TEXTS);
            // The model's own log-probabilities, as score tells them, whatever a token was drawn from.
            List<Double> logProbabilities = same.stream()
                    .flatMap(text -> text.tokens().stream().map(Token::logProbability))
                    .toList();
            List<List<Integer>> ids = same.stream().map(Generation::ids).toList();
            points.add(point("%11.1f %6.1f".formatted(temperature, TOP_PS.get(i)), ids, logProbabilities));
        }
        return points;
    }

    /** Passages of plays that the shipped model has not read, as long as the generated texts at most. */
    private Point human(Gpt2 gpt2) throws IOException {
        List<List<Integer>> ids = new ArrayList<>();
        List<Double> logProbabilities = new ArrayList<>();
        for (String text : TextLines.read(null, "tempest.txt").paragraphs()) {
            List<Integer> all = gpt2.encode(text, false);
            ids.add(all.subList(0, Math.min(tokens, all.size())));
            var score = gpt2.score(Prompt.ofIds(ids.get(ids.size() - 1)), ScoreOptions.DEFAULT.withBos(true));
            logProbabilities.addAll(score.logProbabilities());
        }
        return point("%18s".formatted("human"), ids, logProbabilities);
    }

    private static Point point(String name, List<List<Integer>> ids, List<Double> logProbabilities) {
        double mean = logProbabilities.stream().mapToDouble(p -> p).average().orElseThrow();
        return new Point(
                name, Math.exp(-mean), Diversity.selfBleu(ids), Diversity.distinct(ids, 1), Diversity.distinct(ids, 2));
    }

    private static void add(XYChart chart, StringBuilder rows, String name, List<Point> points) {
        for (Point p : points) {
            rows.append("%s %11.2f %10.3f %11.3f %11.3f%n"
                    .formatted(p.name, p.perplexity, p.selfBleu, p.distinct1, p.distinct2));
        }
        chart.addSeries(
                name,
                points.stream().map(p -> Math.log(p.perplexity) / Math.log(2)).toList(),
                points.stream().map(Point::selfBleu).toList());
    }
}
