package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code inside}: shows how the logits after a text arise. */
@Command(
        name = "inside",
        abbreviateSynopsis = true,
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Shows how the logits after a text arise: the prediction after each layer, and the part of the model that"
                    + " adds most to a token's logit.",
            "␣ is a space, ↵ a line break, � a part of a character."
        },
        footer = {
            "",
            "Examples:",
            "  inside \"To be, or not to\"",
            "  inside \"To be, or not to\" --token \" be\" --html page.html",
            "  inside \"To be, or not to\" --json --hooks \"*.hook_pattern\""
        })
final class InsideCommand implements Callable<Integer> {
    @Mixin
    PromptOptions prompt = new PromptOptions();

    @Mixin
    ModelOptions model = new ModelOptions();

    @Option(
            names = "--position",
            paramLabel = "N",
            description = "The token to predict from, counted from 0. Default: the last one.")
    @Nullable
    Integer position;

    @Option(
            names = "--token",
            paramLabel = "TEXT",
            description =
                    "The token whose logit is explained, with its space: \" be\"; for a model without tokenizer its"
                            + " id. Default: the token that follows in the text, or the likeliest one.")
    @Nullable
    String token;

    @Option(names = "--instead", paramLabel = "TEXT", description = "Explain the difference from this token's logit.")
    @Nullable
    String instead;

    @Option(
            names = "--top",
            paramLabel = "N",
            defaultValue = "4",
            description = "Likeliest tokens to show after each layer. Default: 4.")
    int top;

    @Option(
            names = "--hooks",
            paramLabel = "NAME",
            split = ",",
            description =
                    "With --json, also all numbers of these places, by their names in TransformerLens, where * stands"
                            + " for any characters.")
    List<String> hooks = List.of();

    @Option(names = "--json", description = "Print one line of JSON.")
    boolean json;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Write an HTML page with the layers, heads and parts at each token, for any browser without a"
                    + " network; at most " + InsidePage.MOST_TOKENS + " tokens.")
    @Nullable
    Path html;

    private final PrintStream out;
    private final PrintStream err;

    InsideCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException {
        if (top < 1) {
            throw new IllegalArgumentException("--top is " + top + ", expected at least 1");
        }
        if (!hooks.isEmpty() && !json) {
            throw new IllegalArgumentException("--hooks has no effect without --json; add --json, or leave it out");
        }
        if (html != null) {
            PageTemplate.check("--html", html);
        }
        Prompt input = prompt.read();
        try (Gpt2 gpt2 = model.load(err)) {
            Inside inside = Inside.of(gpt2, input, position, token, instead, top);
            if (html != null) {
                InsidePage.write(gpt2, inside, html, null, 0);
            }
            if (json) {
                out.println(Output.json(new InsideJson(gpt2, inside).fields(hooks)));
            } else if (html != null) {
                out.println(html);
            } else {
                new InsideTable(gpt2, inside, out, Ansi.AUTO).print();
            }
        }
        return 0;
    }
}
