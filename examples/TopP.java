import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationConfigBuilder;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Preset;
import io.github.gpt2djl.sampling.StepTrace;
import io.github.gpt2djl.sampling.TokenProbability;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.knowm.xchart.AnnotationLine;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategorySeries;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import support.Bars;
import support.Lesson;
import support.Picture;

/** Lesson 6: top-p draws from the nucleus, as many of the likeliest tokens as together hold p: few here, many there. */
@Command(name = "TopP", description = "The nucleus, by both conventions, and its size along a text.")
public final class TopP extends Lesson {
    private static final int SHOWN = 20;

    @Parameters(arity = "0..1", description = "A text to continue; default: \"${DEFAULT-VALUE}\".")
    String prompt = "ROMEO:\nI do beseech";

    @Option(names = "--top-p", description = "0 to 1; default: ${DEFAULT-VALUE}.")
    double p = 0.9;

    @Option(names = "--seed", description = "Of the text; default: ${DEFAULT-VALUE}.")
    long seed = 22;

    public static void main(String... args) {
        run(new TopP(), args);
    }

    @Override
    protected void teach() throws IOException {
        try (Gpt2 gpt2 = load()) {
            var openAi = config(Preset.OPENAI).maxNewTokens(1);
            // Its defaults: no sampling, and a top-k of 50 beside top-p.
            var huggingFace =
                    config(Preset.HUGGING_FACE).maxNewTokens(40).doSample(true).topK(0);
            Generation first = gpt2.generate(prompt, openAi.build());
            Generation text = gpt2.generate(prompt, huggingFace.build());
            List<Integer> kept = text.trace().stream().map(StepTrace::kept).toList();

            nucleus(
                    gpt2,
                    text.tokens().get(0).top(),
                    kept.get(0),
                    first.trace().get(0).kept());
            along(text, kept);
        }
    }

    private GenerationConfigBuilder config(Preset preset) {
        return GenerationConfig.builder()
                .preset(preset)
                .topP(p)
                .seed(seed)
                .topLogprobs(SHOWN)
                .trace(1);
    }

    private void nucleus(Gpt2 gpt2, List<TokenProbability> likeliest, int huggingFace, int openAi) throws IOException {
        out.println("After " + Bars.quote(prompt) + ", p = " + p + ":\n");
        out.printf("%4s %14s %11s %6s %13s %7s%n", "rank", "token", "probability", "sum", "Hugging Face", "OpenAI");
        CategoryChart chart = Picture.bars("The nucleus after " + Bars.quote(prompt), "token", "probability");
        chart.getStyler().setOverlapped(true).setXAxisLabelRotation(30);
        chart.addAnnotation(new AnnotationLine(p, false, false));
        List<String> names = new ArrayList<>();
        List<Double> sums = new ArrayList<>();
        List<List<Double>> bars = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        double sum = 0;
        for (TokenProbability token : likeliest.subList(0, Math.min(huggingFace + 5, SHOWN))) {
            int rank = names.size() + 1;
            String name = Bars.quote(gpt2, token.id());
            boolean one = rank <= huggingFace;
            boolean both = rank <= openAi;
            sum += token.probability();
            out.printf("%4d %14s %11.4f %6.4f", rank, name, token.probability(), sum);
            out.printf(" %13s %7s%n", one ? "kept" : "", both ? "kept" : "");
            names.add(rank + " " + name);
            sums.add(sum);
            bars.get(0).add(both ? token.probability() : 0);
            bars.get(1).add(one && !both ? token.probability() : 0);
            bars.get(2).add(one ? 0 : token.probability());
        }
        out.printf("%38s %13d %7d%n%n", "in all", huggingFace, openAi);
        out.println(
                "Hugging Face keeps a token while less than p is above it, OpenAI while at most p is reached with it.");
        chart.addSeries("kept", names, bars.get(0));
        chart.addSeries("crosses p: kept by Hugging Face, dropped by OpenAI", names, bars.get(1));
        chart.addSeries("dropped", names, bars.get(2));
        chart.addSeries("sum", names, sums)
                .setChartCategorySeriesRenderStyle(CategorySeries.CategorySeriesRenderStyle.Line);
        out.println("wrote " + Picture.save(chart, pictures, "top-p.png"));
    }

    private void along(Generation text, List<Integer> kept) throws IOException {
        out.println("\nA text, and how many tokens were kept at each of its places:\n\n" + prompt + text.text());
        out.println("\n" + kept.stream().map(String::valueOf).collect(Collectors.joining(" ")));
        List<Integer> sorted = kept.stream().sorted().toList();
        int most = sorted.get(sorted.size() - 1);
        int half = sorted.get(sorted.size() / 2);
        out.println("From " + sorted.get(0) + " to " + most + ", at half of them " + half + " or more.");
        CategoryChart chart = Picture.bars("Tokens kept along a text, p = " + p, "token of the text", "tokens kept");
        chart.getStyler().setXAxisLabelRotation(90).setLegendVisible(false);
        List<String> names = IntStream.range(0, kept.size())
                .mapToObj(i -> (i + 1) + " " + Bars.quote(text.tokens().get(i).text()))
                .toList();
        chart.addSeries("kept", names, kept);
        out.println("wrote " + Picture.save(chart, pictures, "top-p-along.png"));
    }
}
