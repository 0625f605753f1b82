import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.Score;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import support.Bars;
import support.LambadaPassage;
import support.Lesson;
import support.Progress;
import support.TextLines;

/** Lesson 12: a word that only the whole passage gives away, and how a published figure is reproduced (LAMBADA). */
@Command(name = "Lambada", description = "The last word of a passage: accuracy and perplexity.")
public final class Lambada extends Lesson {
    private static final int SHOWN = 12;

    @Option(
            names = "--file",
            description = "Passages, {\"text\": \"...\"} or plain text a line; default: invented ones.")
    Path file;

    @Option(names = "--limit", description = "Only the first passages, so many.")
    int limit = Integer.MAX_VALUE;

    private int words;
    private int wholeWords;
    private int lastTokens;
    private double logProbability;
    private final StringBuilder rows = new StringBuilder();

    public static void main(String... args) {
        run(new Lambada(), args);
    }

    @Override
    protected void teach() throws Exception {
        List<LambadaPassage> all = LambadaPassage.parse(TextLines.read(file, "lambada.jsonl"));
        List<LambadaPassage> passages = all.subList(0, Math.min(limit, all.size()));
        try (Gpt2 gpt2 = load()) {
            for (LambadaPassage passage : Progress.over("reading", passages)) {
                read(gpt2, passage);
            }
        }
        out.printf("%-44s %-12s %8s   %s%n", "the passage's end", "last word", "p", "greedy");
        out.println(rows);
        out.printf("%-28s %10s %11s %11s%n", "", "whole word", "last token", "perplexity");
        out.printf(
                "%-28s %8.2f %% %9.2f %% %11.2f%n",
                model + ", " + words + " passages",
                100.0 * wholeWords / words,
                100.0 * lastTokens / words,
                Math.exp(-logProbability / words));
        out.println("""
                Radford et al. 2019, on LAMBADA's test set; their accuracy is helped by a stop-word filter:
                gpt2          (117M)            45.99 %                   35.13
                gpt2-medium   (345M)            55.48 %                   15.60
                gpt2-large    (762M)            60.12 %                   10.87
                gpt2-xl      (1542M)            63.24 %                    8.63""");
    }

    private void read(Gpt2 gpt2, LambadaPassage passage) {
        List<Integer> ids = gpt2.encode(passage.context() + passage.target());
        int given = gpt2.encode(passage.context()).size();
        // What does not fit is left out at the front, as in lm-evaluation-harness.
        int from = Math.max(0, ids.size() - gpt2.config().positions());
        Score score = gpt2.score(Prompt.ofIds(ids.subList(from, ids.size())));

        int last = ids.size() - given;
        int size = score.ranks().size();
        List<Integer> ranks = score.ranks().subList(size - last, size);
        double sum = score.logProbabilities().subList(size - last, size).stream()
                .mapToDouble(p -> p)
                .sum();
        words++;
        // Greedy decoding takes the token of rank 1.
        wholeWords += ranks.stream().allMatch(rank -> rank == 1) ? 1 : 0;
        lastTokens += ranks.get(last - 1) == 1 ? 1 : 0;
        logProbability += sum;
        if (words <= SHOWN) {
            var greedy = GenerationConfig.builder().maxNewTokens(last).build();
            String guess = gpt2.generate(Prompt.ofIds(ids.subList(from, given)), greedy)
                    .text();
            String end = passage.context().replace('\n', '/');
            end = "…" + end.substring(Math.max(0, end.length() - 42));
            rows.append("%-44s %-12s %6.2f %%   %s%n"
                    .formatted(end, passage.target().strip(), 100 * Math.exp(sum), Bars.quote(guess)));
        }
    }
}
