package io.github.gpt2djl.cli;

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
        footer = {"", "Example:", "  rank \"To be, or not to\" \" be\" \" sleep\" \" see the king\""})
final class RankCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "PROMPT", description = "What comes before; \"\" is the beginning of a text.")
    String prompt = "";

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "CONTINUATION",
            description = "Mostly with a space in front.")
    List<String> continuations = List.of();

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
        try (Gpt2 gpt2 = model.load(err)) {
            List<RankedContinuation> ranked = gpt2.rank(
                    Prompt.of(prompt), continuations.stream().map(Prompt::of).toList());
            if (json) {
                out.println(Output.json(Map.of("ranked", fields(ranked))));
            } else {
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
        }
        return 0;
    }

    private List<Map<String, Object>> fields(List<RankedContinuation> ranked) {
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
