import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.sampling.TokenProbability;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.CategoryChart;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import support.Bars;
import support.Lesson;
import support.Picture;

/** Lesson 2: all that a language model does is to say how likely each token is to come next. */
@Command(name = "NextToken", description = "The distribution of the next token.")
public final class NextToken extends Lesson {
    private static final int SHOWN = 12;

    @Parameters(arity = "0..1", description = "The text so far; default: \"${DEFAULT-VALUE}\".")
    String prompt = "ROMEO:\nI do";

    public static void main(String... args) {
        run(new NextToken(), args);
    }

    @Override
    protected void teach() throws IOException {
        try (Gpt2 gpt2 = load()) {
            int vocabulary = gpt2.config().vocabularySize();
            var config = GenerationConfig.builder()
                    .maxNewTokens(1)
                    .topLogprobs(vocabulary)
                    .build();
            List<TokenProbability> all =
                    gpt2.generate(prompt, config).tokens().get(0).top();

            out.println("After " + Bars.quote(prompt) + ", of " + vocabulary + " tokens:\n");
            List<TokenProbability> likeliest = all.subList(0, SHOWN);
            List<String> names = likeliest.stream()
                    .map(token -> Bars.quote(gpt2, token.id()))
                    .toList();
            List<Double> shares =
                    likeliest.stream().map(TokenProbability::probability).toList();
            for (int i = 0; i < SHOWN; i++) {
                double p = shares.get(i);
                out.printf("%14s %6.2f %% %s%n", names.get(i), 100 * p, Bars.bar(p, 100));
            }
            double shown = shares.stream().mapToDouble(p -> p).sum();
            out.printf("%14s %6.2f %%%n", "all others", 100 * (1 - shown));
            double entropy = all.stream()
                    .mapToDouble(token -> -token.probability() * token.logProbability())
                    .sum();
            out.printf(
                    "%nEntropy %.2f nats: as uncertain as a fair choice among %.0f tokens.%n",
                    entropy, Math.exp(entropy));
            out.println("wrote " + draw(names, shares));
        }
    }

    private Path draw(List<String> names, List<Double> shares) throws IOException {
        CategoryChart chart = Picture.bars("What comes after " + Bars.quote(prompt) + "?", "token", "probability");
        chart.getStyler().setXAxisLabelRotation(30).setLegendVisible(false);
        chart.addSeries("next token", names, shares);
        return Picture.save(chart, pictures, "next-token.png");
    }
}
