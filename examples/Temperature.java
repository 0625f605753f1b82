import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.sampling.StepTrace;
import io.github.gpt2djl.sampling.TokenProbability;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.knowm.xchart.CategoryChart;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import support.Bars;
import support.Lesson;
import support.Picture;
import support.Progress;

/** Lesson 4: temperature sharpens or flattens the distribution; the order of the tokens stays. */
@Command(name = "Temperature", description = "The next token's distribution at several temperatures.")
public final class Temperature extends Lesson {
    private static final int SHOWN = 8;

    @Parameters(arity = "0..1", description = "The text so far; default: \"${DEFAULT-VALUE}\".")
    String prompt = "ROMEO:\nI do";

    @Option(names = "--temperature", split = ",", description = "Default: 0.3,0.7,1,1.5,3.")
    List<Double> temperatures = List.of(0.3, 0.7, 1.0, 1.5, 3.0);

    @Option(names = "--seed", description = "Of the texts; default: ${DEFAULT-VALUE}.")
    long seed = 9;

    public static void main(String... args) {
        run(new Temperature(), args);
    }

    @Override
    protected void teach() throws IOException {
        try (Gpt2 gpt2 = load()) {
            int vocabulary = gpt2.config().vocabularySize();
            var config = GenerationConfig.builder()
                    .maxNewTokens(1)
                    .topLogprobs(vocabulary)
                    .build();
            List<TokenProbability> model =
                    gpt2.generate(prompt, config).tokens().get(0).top();
            List<String> names = model.stream()
                    .limit(SHOWN)
                    .map(token -> Bars.quote(gpt2, token.id()))
                    .toList();
            CategoryChart chart = Picture.bars("After " + Bars.quote(prompt), "token", "probability");

            StringBuilder rows = new StringBuilder();
            StringBuilder texts = new StringBuilder();
            for (double temperature : Progress.over("drawing", temperatures)) {
                List<Double> p = distribution(model, temperature);
                Generation text = generate(gpt2, temperature);
                check(p, text.trace().get(0));
                List<Double> shown = p.subList(0, SHOWN);
                double others = p.stream().skip(SHOWN).mapToDouble(v -> v).sum();
                double entropy = p.stream()
                        .mapToDouble(v -> v == 0 ? 0 : -v * Math.log(v))
                        .sum();
                String percents = row("%10.2f", shown.stream().map(v -> 100 * v));
                rows.append("%11.2f %s %10.2f %8.2f%n".formatted(temperature, percents, 100 * others, entropy));
                chart.addSeries("temperature " + temperature, names, shown);
                texts.append("\n--- temperature ").append(temperature).append('\n');
                texts.append(prompt).append(text.text()).append('\n');
            }
            out.println("After " + Bars.quote(prompt) + ", in %:\n");
            out.printf("%11s %s %10s %8s%n", "temperature", row("%10s", names.stream()), "others", "entropy");
            out.print(rows);
            out.printf("%nThe entropy of %d equal ones would be %.2f nats.%n", model.size(), Math.log(model.size()));
            out.println("wrote " + Picture.save(chart, pictures, "temperature.png"));
            out.print(texts);
        }
    }

    /** Each p^(1/T), divided by their sum. */
    private static List<Double> distribution(List<TokenProbability> model, double temperature) {
        // Parts of the likeliest one's power: these cannot all be 0.
        double likeliest = model.get(0).logProbability();
        List<Double> powers = model.stream()
                .map(token -> Math.exp((token.logProbability() - likeliest) / temperature))
                .toList();
        double sum = powers.stream().mapToDouble(v -> v).sum();
        return powers.stream().map(power -> power / sum).toList();
    }

    private Generation generate(Gpt2 gpt2, double temperature) {
        // Without topK(0) only the 50 likeliest tokens could come.
        return gpt2.generate(
                prompt,
                GenerationConfig.builder()
                        .doSample(true)
                        .temperature(temperature)
                        .topK(0)
                        .maxNewTokens(50)
                        .seed(seed)
                        .trace(SHOWN)
                        .build());
    }

    /** The library draws from the same distribution. */
    private static void check(List<Double> p, StepTrace first) {
        for (StepTrace.Candidate token : first.candidates()) {
            double drawn = token.to() - token.from();
            double expected = p.get(token.rank() - 1);
            if (Math.abs(drawn - expected) > 1e-5) {
                throw new IllegalStateException(
                        "token " + token.id() + " comes with probability " + drawn + ", expected " + expected);
            }
        }
    }

    private static <T> String row(String format, Stream<T> cells) {
        return cells.map(cell -> String.format(format, cell)).collect(Collectors.joining(" "));
    }
}
