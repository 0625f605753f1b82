package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.Score;
import io.github.gpt2djl.ScoreOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code score}: prints the probability that the model gives to a text. */
@Command(
        name = "score",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Prints the log-probability of each token of a text given the tokens before it, and the perplexity: 1 for a"
                    + " text predicted with certainty, the vocabulary's size for a uniform guess.",
        },
        footer = {
            "",
            "Examples:",
            "  score --text \"To be, or not to be\"",
            "  score --text-file play.txt --stride 128 --json",
            "  score --text-file play.txt --stride 128 --compare fp32,mixed,int8"
        })
final class ScoreCommand implements Callable<Integer> {
    @Option(
            names = "--text",
            paramLabel = "TEXT",
            description = "The text, of at least 2 tokens; - reads the text from stdin.")
    @Nullable
    String text;

    @Option(
            names = "--text-file",
            paramLabel = "FILE",
            description = "A file with the text, read without a line break at the end; - is stdin.")
    @Nullable
    String textFile;

    @Option(names = "--text-ids", paramLabel = "IDS", description = "Token ids instead of text, such as 15496,11,314.")
    @Nullable
    String ids;

    @Option(
            names = "--stride",
            paramLabel = "N",
            description =
                    "For a text longer than the context: use windows that begin every N tokens, in which each token"
                            + " is scored once. Half the context is usual.")
    int stride;

    @Option(names = "--bos", description = "Score the first token too, given the model's start-of-text token.")
    boolean bos;

    @Option(
            names = "--compare",
            paramLabel = "PRECISION",
            split = ",",
            description = "Score the text in several precisions, as fp32,int8: the perplexity of each, and by how much"
                    + " a token's log-probability differs from that of the first, at most and on average.")
    @Nullable
    List<Precision> compare;

    @Mixin
    ModelOptions model = new ModelOptions();

    @Option(names = "--json", description = "Print one line of JSON.")
    boolean json;

    private final PrintStream out;
    private final PrintStream err;

    ScoreCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException {
        Prompt input = input();
        if (compare != null) {
            PrecisionComparison.Result comparison = new PrecisionComparison(compare, model.precision).run(each -> {
                try (Gpt2 gpt2 = model.load(each, err)) {
                    return score(gpt2, input);
                }
            });
            if (json) {
                out.println(Output.json(comparison.fields()));
            } else {
                comparison.print(out);
            }
            return 0;
        }
        try (Gpt2 gpt2 = model.load(err)) {
            Score score = score(gpt2, input);
            if (json) {
                out.println(Output.json(fields(score)));
            } else {
                table(gpt2, score);
            }
        }
        return 0;
    }

    private Score score(Gpt2 gpt2, Prompt input) {
        return gpt2.score(input, ScoreOptions.DEFAULT.withBos(bos).withStride(stride));
    }

    private Prompt input() throws IOException {
        long given = Stream.of(text, textFile, ids).filter(Objects::nonNull).count();
        if (given != 1) {
            throw new IllegalArgumentException("found " + (given == 0 ? "none" : "several")
                    + " of --text, --text-file and --text-ids, expected one of them");
        }
        if (ids != null) {
            return Prompt.ofIds(Output.ids("--text-ids", ids));
        }
        return Prompt.of(textFile != null ? Texts.file(textFile) : Texts.of(Objects.requireNonNull(text)));
    }

    private static Map<String, Object> fields(Score score) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("ids", score.ids());
        fields.put("logprobs", afterNull(score.logProbabilities()));
        fields.put("ranks", afterNull(score.ranks()));
        fields.put("perplexity", score.perplexity());
        return fields;
    }

    /** Returns an element for each id; the first id has no log-probability, because nothing precedes it. */
    private static <T> List<@Nullable T> afterNull(List<T> values) {
        List<@Nullable T> all = new ArrayList<>();
        all.add(null);
        all.addAll(values);
        return all;
    }

    private void table(Gpt2 gpt2, Score score) {
        for (int i = 0; i < score.ids().size(); i++) {
            int id = score.ids().get(i);
            String piece = gpt2.hasTokenizer() ? Output.json(gpt2.decode(id)) : "";
            String logprob = i == 0
                    ? "-"
                    : String.format(
                            Locale.ROOT, "%.4f", score.logProbabilities().get(i - 1));
            out.printf(Locale.ROOT, "%8d %10s  %s%n", id, logprob, piece);
        }
        out.printf(Locale.ROOT, "perplexity %.3f%n", score.perplexity());
    }
}
