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

/** {@code rank}: which of several continuations the model finds likeliest. */
@Command(
        name = "rank",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Compares continuations of a prompt, as for questions with several answers: the logarithm of each one's"
                    + " probability, and its mean over the tokens, by which they are sorted."
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
                    "The prompt, then its continuations, mostly with a space in front, after -- if one begins with a"
                            + " dash. \"\" as the prompt is the beginning of a text; - reads the prompt from stdin.")
    List<String> texts = List.of();

    @Option(
            names = "--prompt-file",
            paramLabel = "FILE",
            description = "A file with the prompt, less one line break at its end; - is stdin. Each TEXT is a"
                    + " continuation then.")
    @Nullable
    String promptFile;

    @Option(
            names = "--continuations-file",
            paramLabel = "FILE",
            description = "A file with a continuation on each line; - is stdin.")
    @Nullable
    String continuationsFile;

    @Mixin
    ModelOptions model = new ModelOptions();

    @Option(names = "--json", description = "One line of JSON.")
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
