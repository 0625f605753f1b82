package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.RankedContinuation;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rank}: ranks several continuations by their probability. */
@Command(
        name = "rank",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Ranks continuations of a prompt, such as the answers of a multiple-choice question. Prints the sum and the"
                    + " mean of each continuation's log-probabilities, sorted by the mean."
        },
        footer = {
            "",
            "Examples:",
            "  rank \"To be, or not to\" \" be\" \" sleep\" \" see the king\"",
            "  rank --prompt-file question.txt --continuations-file answers.txt"
        },
        customSynopsis = "gpt2-djl rank [OPTIONS] PROMPT CONTINUATION...")
final class RankCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..*",
            paramLabel = "TEXT",
            description =
                    "The prompt, then its continuations, which usually start with a space (\" Paris\"); after -- if one"
                            + " begins with a dash. \"\" is an empty prompt; - reads the prompt from stdin.")
    List<String> texts = List.of();

    @Option(
            names = "--prompt-file",
            paramLabel = "FILE",
            description =
                    "A file with the prompt, read without a line break at the end; - is stdin. Each TEXT is then a"
                            + " continuation.")
    @Nullable
    String promptFile;

    @Option(
            names = "--continuations-file",
            paramLabel = "FILE",
            description = "A file with one continuation per line; - is stdin.")
    @Nullable
    String continuationsFile;

    @Mixin
    ModelOptions model = new ModelOptions();

    @Option(names = "--json", description = "Print one line of JSON.")
    boolean json;

    private final PrintStream out;
    private final PrintStream err;

    RankCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException {
        int first = promptFile == null ? 1 : 0;
        if (texts.size() < first) {
            throw new IllegalArgumentException("found no prompt, expected it in front of the continuations or by"
                    + " --prompt-file; \"\" is the beginning of a text");
        }
        List<String> given = texts.subList(first, texts.size());
        if (given.isEmpty() == (continuationsFile == null)) {
            throw new IllegalArgumentException(
                    (given.isEmpty() ? "found no continuation" : "found continuations as arguments and in a file")
                            + ", expected them after the prompt, or one a line in --continuations-file");
        }
        String promptFrom = promptFile == null ? texts.get(0) : promptFile;
        if (promptFrom.equals(Texts.STDIN) && Texts.STDIN.equals(continuationsFile)) {
            throw new IllegalArgumentException("the prompt and --continuations-file are both -, expected that one of"
                    + " them is a file: stdin can be read only once");
        }
        Prompt prompt = Prompt.of(promptFile == null ? Texts.of(promptFrom) : Texts.file(promptFrom));
        List<String> continuations = continuationsFile == null ? given : Texts.lines(continuationsFile);
        try (Gpt2 gpt2 = model.load(err)) {
            print(gpt2.rank(prompt, continuations.stream().map(Prompt::of).toList()), continuations);
        }
        return 0;
    }

    private void print(List<RankedContinuation> ranked, List<String> continuations) {
        if (json) {
            out.println(Output.json(Map.of("ranked", fields(ranked, continuations))));
            return;
        }
        out.printf("%10s %10s %6s%n", "mean", "sum", "tokens");
        for (RankedContinuation one : ranked) {
            out.printf(
                    Locale.ROOT,
                    "%10.4f %10.4f %6d  %s%n",
                    one.mean(),
                    one.sum(),
                    one.ids().size(),
                    Output.json(continuations.get(one.index())));
        }
    }

    private static List<Map<String, Object>> fields(List<RankedContinuation> ranked, List<String> continuations) {
        List<Map<String, Object>> all = new ArrayList<>();
        for (RankedContinuation one : ranked) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("index", one.index());
            fields.put("text", continuations.get(one.index()));
            fields.put("ids", one.ids());
            fields.put("sum", one.sum());
            fields.put("mean", one.mean());
            all.add(fields);
        }
        return all;
    }
}
