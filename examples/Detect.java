import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.knowm.xchart.CategoryChart;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import support.Bars;
import support.Lesson;
import support.Painted;
import support.Picture;
import support.Progress;
import support.RankClass;
import support.Separation;
import support.TextLines;

/** Lesson 20: sampling avoids what people write: rare words. Token ranks tell generated text (GLTR). */
@Command(name = "Detect", description = "Telling generated from human text by its tokens' ranks.")
public final class Detect extends Lesson {
    /** Tokens that the model is given of each text. */
    private static final int GIVEN = 12;

    @Option(
            names = "--text-file",
            description = "Human texts, empty lines between; default: Shakespeare, not in training.")
    Path file;

    @Option(names = "--top-k", description = "Generate from the likeliest so many, 0: all; default: ${DEFAULT-VALUE}.")
    int topK = 40;

    @Option(names = "--seed", description = "Of the draws; default: ${DEFAULT-VALUE}.")
    long seed = 1;

    /** A text's ids and, from GIVEN on, their ranks. */
    private record Ranked(List<Integer> ids, List<Integer> ranks) {
        double meanLogRank() {
            return ranks.stream().mapToDouble(Math::log).average().orElseThrow();
        }
    }

    public static void main(String... args) {
        run(new Detect(), args);
    }

    @Override
    protected void teach() throws Exception {
        List<String> texts = TextLines.read(file, "tempest.txt").paragraphs();
        List<Ranked> human = new ArrayList<>();
        List<Ranked> generated = new ArrayList<>();
        try (Gpt2 gpt2 = load()) {
            for (String text : Progress.over("ranking", texts)) {
                List<Integer> ids = gpt2.encode(text);
                if (ids.size() <= GIVEN) {
                    throw new IllegalArgumentException(Bars.quote(text) + " is too short, expected a longer text");
                }
                ids = ids.subList(0, Math.min(ids.size(), gpt2.config().positions()));
                var config = GenerationConfig.builder()
                        .doSample(true)
                        .topK(topK)
                        .seed(seed + human.size())
                        .maxNewTokens(ids.size() - GIVEN)
                        .build();
                Generation same = gpt2.generate(Prompt.ofIds(ids.subList(0, GIVEN)), config);
                human.add(rank(gpt2, ids));
                List<Integer> all = new ArrayList<>(same.promptIds());
                all.addAll(same.ids());
                generated.add(rank(gpt2, all));
            }
            show(gpt2, "Human, after the first " + GIVEN + " tokens", human.get(0));
            show(gpt2, "Generated with top-k " + topK, generated.get(0));
        }
        Map<String, List<Double>> shares = Map.of("human", shares(human), "generated", shares(generated));
        out.println();
        for (RankClass one : RankClass.values()) {
            for (String kind : List.of("human", "generated")) {
                double share = shares.get(kind).get(one.ordinal());
                out.printf("%c %-9s %-9s %6.2f %%  %s%n", one.sign, one, kind, 100 * share, Bars.bar(share, 40));
            }
        }
        List<Double> high = human.stream().map(Ranked::meanLogRank).toList();
        List<Double> low = generated.stream().map(Ranked::meanLogRank).toList();
        out.printf("%nmean log rank of human texts      %s%n", numbers(high));
        out.printf("mean log rank of generated texts  %s%n", numbers(low));
        out.printf("AUC %.3f: the share of pairs in which the human text's is higher%n", Separation.auc(high, low));
        CategoryChart chart = Picture.bars("Which ranks occur?", "rank of a token under the model", "share");
        chart.addSeries("human", RankClass.labels(), shares.get("human"));
        chart.addSeries("generated with top-k " + topK, RankClass.labels(), shares.get("generated"));
        out.println("wrote " + Picture.save(chart, pictures, "detect.png"));
    }

    private static Ranked rank(Gpt2 gpt2, List<Integer> ids) {
        List<Integer> ranks = gpt2.score(Prompt.ofIds(ids)).ranks();
        return new Ranked(ids, ranks.subList(GIVEN - 1, ranks.size()));
    }

    private void show(Gpt2 gpt2, String title, Ranked text) {
        Painted painted = new Painted(Painted.onTerminal());
        painted.add(gpt2.decode(text.ids.subList(0, GIVEN)), 0, ' ');
        for (int i = GIVEN; i < text.ids.size(); i++) {
            RankClass rank = RankClass.of(text.ranks.get(i - GIVEN));
            painted.add(gpt2.decode(text.ids.get(i)), rank.colour, rank.sign);
        }
        out.println("== " + title);
        out.print(painted);
    }

    private static List<Double> shares(List<Ranked> texts) {
        return RankClass.shares(
                texts.stream().flatMap(text -> text.ranks.stream()).toList());
    }

    private static String numbers(List<Double> values) {
        return values.stream().sorted().map("%.2f"::formatted).collect(Collectors.joining(" "));
    }
}
