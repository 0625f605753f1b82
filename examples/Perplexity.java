import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.Score;
import io.github.gpt2djl.ScoreOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.CategoryChart;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import support.BitsPerByte;
import support.Lesson;
import support.Picture;
import support.Progress;
import support.Texts;

/** Lesson 9: perplexity says how much a text surprises a model, and bits per byte says it for any tokenizer. */
@Command(name = "Perplexity", description = "How likely the model finds texts of several kinds.")
public final class Perplexity extends Lesson {
    private static final String PLAY = """
            DUKE:
            Good night, my lord; the king hath sent for thee,
            And thou must go to him before the day.

            FIRST LORD:
            I will, my gracious duke. What says the queen?

            DUKE:
            She weeps, and will not hear of peace nor war;
            Her brother's death lies heavy on her heart.
            """;
    private static final String CODE = """
            static int largest(int[] values) {
                int best = values[0];
                for (int i = 1; i < values.length; i++) {
                    if (values[i] > best) {
                        best = values[i];
                    }
                }
                return best;
            }
            """;
    private static final String GERMAN = """
            Meine Großmutter hielt hinter der alten Schule Bienen, und jeden Sommer durfte ich ihr mit dem Honig helfen. \
            Wir gingen früh hinaus, bevor die Sonne heiß war, und sie ging langsam zwischen den weißen Kästen umher und \
            sprach leise mit ihnen.\
            """;

    @Parameters(arity = "0..1", description = "A text of your own, besides.")
    @Nullable
    String own;

    public static void main(String... args) {
        run(new Perplexity(), args);
    }

    @Override
    protected void teach() throws IOException {
        Random random = new Random(1);
        List<String> words = Arrays.asList(Texts.PROSE.split("\\s+"));
        Collections.shuffle(words, random);
        String digits = random.ints(300, 0, 10).mapToObj(Integer::toString).collect(Collectors.joining());

        Map<String, String> texts = new LinkedHashMap<>();
        if (own != null) {
            texts.put("your text", own);
        }
        texts.put("a play", PLAY);
        texts.put("modern prose", Texts.PROSE);
        texts.put("its words shuffled", String.join(" ", words));
        texts.put("Java", CODE);
        texts.put("German", GERMAN);
        texts.put("random digits", digits);
        List<Double> bits = new ArrayList<>();
        try (Gpt2 gpt2 = load()) {
            // A text may be longer than the context: then each token sees at least half of one.
            var windows = ScoreOptions.DEFAULT.withStride(gpt2.config().positions() / 2);
            StringBuilder rows = new StringBuilder();
            for (String name : Progress.over("texts", texts.keySet())) {
                Score score = gpt2.score(Prompt.of(texts.get(name)), windows);
                int tokens = score.logProbabilities().size();
                double bitsPerByte = BitsPerByte.of(gpt2, score);
                bits.add(bitsPerByte);
                double nats = -score.logProbability() / tokens;
                rows.append("%-20s %6d %12.2f %12.1f %11.2f%n"
                        .formatted(name, tokens, nats, score.perplexity(), bitsPerByte));
            }
            out.print("                     tokens   nats/token   perplexity   bits/byte\n" + rows);
            int vocabulary = gpt2.config().vocabularySize();
            out.printf("%-27s %12.2f %12d%n%n", "a blind guess", Math.log(vocabulary), vocabulary);
            out.printf(
                    "Nobody can foretell random digits with less than log2(10) = %.2f bits each.%n",
                    Math.log(10) / Math.log(2));
        }
        CategoryChart chart = Picture.bars("How much a text surprises the model", "", "bits per byte");
        chart.getStyler().setLabelsVisible(true).setLabelsFont(chart.getStyler().getAxisTitleFont());
        chart.getStyler().setLegendVisible(false);
        chart.addSeries(
                "bits per byte",
                List.copyOf(texts.keySet()),
                bits.stream().map(b -> Math.round(b * 100) / 100.0).toList());
        out.println("wrote " + Picture.save(chart, pictures, "perplexity.png"));
    }
}
