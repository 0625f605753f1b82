import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationConfigBuilder;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.ScoreOptions;
import io.github.gpt2djl.Token;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.knowm.xchart.CategoryChart;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import support.Bars;
import support.Lesson;
import support.Picture;
import support.Progress;
import support.Repetition;

/** Lesson 3: the likeliest token at each step makes a text that repeats itself (Holtzman et al. 2019). */
@Command(name = "Greedy", description = "Greedy decoding, its loops, and what helps against them.")
public final class Greedy extends Lesson {
    @Parameters(arity = "0..*", description = "Texts to continue; default: five from plays.")
    List<String> prompts = List.of(
            "ROMEO:\n",
            "JULIET:\nO Romeo,",
            "KING RICHARD III:\n",
            "First Citizen:\nWe",
            "HAMLET:\nTo be, or not to be");

    @Option(names = "--max-new-tokens", description = "New tokens of each text; default: ${DEFAULT-VALUE}.")
    int tokens = 150;

    @Option(names = "--phrase", description = "What to repeat; default: a loop that greedy decoding falls into.")
    String phrase = "ROMEO:\nI'll tell thee, I'll tell thee.\n\n";

    public static void main(String... args) {
        run(new Greedy(), args);
    }

    @Override
    protected void teach() throws IOException {
        try (Gpt2 gpt2 = load()) {
            Generation greedy = gpt2.generate(prompts.get(0), config().build());
            out.println("Greedy:\n\n" + gpt2.decode(greedy.promptIds()) + greedy.text());
            repeat(gpt2);
            compare(gpt2);
        }
    }

    private GenerationConfigBuilder config() {
        return GenerationConfig.builder().maxNewTokens(tokens);
    }

    private void repeat(Gpt2 gpt2) throws IOException {
        // OPT's tokenizer would put bos in front.
        List<Integer> ids = gpt2.encode(phrase, false);
        int positions = gpt2.config().positions();
        if (ids.isEmpty() || ids.size() > positions / 3) {
            throw new IllegalArgumentException(
                    "--phrase has " + ids.size() + " tokens, expected 1 to " + positions / 3);
        }
        int times = Math.min(10, (positions - 1) / ids.size());
        var text = Prompt.ofIds(
                Collections.nCopies(times, ids).stream().flatMap(List::stream).toList());
        List<Double> logs = gpt2.score(text, ScoreOptions.DEFAULT.withBos(true)).logProbabilities();

        out.println("\n" + Bars.quote(phrase) + " " + times + " times, the geometric mean of its probabilities:\n");
        CategoryChart chart = Picture.bars("A phrase's tokens, time after time", "token", "probability");
        chart.getStyler().setXAxisLabelRotation(30);
        // Numbered, as a category comes once and a token may come twice.
        List<String> names = IntStream.range(0, ids.size())
                .mapToObj(i -> (i + 1) + " " + Bars.quote(gpt2, ids.get(i)))
                .toList();
        for (int time = 1; time <= times; time++) {
            List<Double> these = logs.subList((time - 1) * ids.size(), time * ids.size());
            double mean = Math.exp(mean(these.stream()));
            out.printf("%3d %6.3f %s%n", time, mean, Bars.bar(mean, 60));
            if (time <= 3 || time == times) {
                List<Double> probabilities = these.stream().map(Math::exp).toList();
                chart.addSeries("time " + time, names, probabilities);
            }
        }
        out.println("wrote " + Picture.save(chart, pictures, "greedy.png"));
    }

    private void compare(Gpt2 gpt2) {
        Map<String, GenerationConfig> ways = new LinkedHashMap<>();
        ways.put("greedy", config().build());
        ways.put("greedy, no repeated 4-gram", config().noRepeatNgramSize(4).build());
        ways.put("greedy, repetition penalty", config().repetitionPenalty(1.2).build());
        GenerationConfigBuilder sampling = config().doSample(true).topK(0).seed(1);
        ways.put("sampling", sampling.build());
        ways.put("sampling, topP 0.95", sampling.topP(0.95).build());

        StringBuilder rows = new StringBuilder("\nmeans                       repeated 4-grams  perplexity  tokens\n");
        List<Prompt> all = prompts.stream().map(Prompt::of).toList();
        for (var way : Progress.over("decoding", ways.entrySet())) {
            List<Generation> texts = gpt2.generateAll(all, way.getValue());
            double repeated = mean(texts.stream().map(text -> Repetition.share(text.ids(), 4)));
            double perplexity = Math.exp(
                    -mean(texts.stream().flatMap(text -> text.tokens().stream()).map(Token::logProbability)));
            double length = mean(texts.stream().map(text -> 1.0 * text.ids().size()));
            rows.append("%-27s %14.0f %% %11.1f %7.0f%n".formatted(way.getKey(), 100 * repeated, perplexity, length));
        }
        out.print(rows);
    }

    private static double mean(Stream<Double> values) {
        return values.mapToDouble(v -> v).average().orElseThrow();
    }
}
