package io.github.gpt2djl.internal.cli;

import static io.github.gpt2djl.GenerationOption.*;

import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code explain}: continues a prompt, and shows how each token is chosen. */
@Command(
        name = "explain",
        abbreviateSynopsis = true,
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Continues a prompt as generate does, and shows how each token is chosen: the model's candidates, the"
                    + " effect of each rule, and the draw.",
            "␣ is a space, ↵ a line break, � a part of a character."
        },
        footer = {
            "",
            "Examples:",
            "  explain \"ROMEO:\" --top-p 0.9 --seed 1",
            "  explain \"The future of AI is\" --temperature 0.7 --html page.html"
        })
final class ExplainCommand implements Callable<Integer> {
    private static final int NEW_TOKENS = 20;

    @Mixin
    PromptOptions prompt = new PromptOptions();

    @Mixin
    ModelOptions model = new ModelOptions();

    final GenerationFlags flags = new GenerationFlags();

    @Option(
            names = "--trace",
            paramLabel = "N",
            defaultValue = "10",
            description = "Tokens to show for each step; the chosen one is always shown. Default: 10.")
    int candidates;

    @Option(
            names = "--json",
            description = "Print one line of JSON: that of generate --json --trace N, and the prompt.")
    boolean json;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Write an HTML page that shows the steps one by one in any browser, without a network.")
    @Nullable
    Path html;

    @Option(
            names = "--inside",
            paramLabel = "FILE",
            description =
                    "With --html, also write the page of the command inside, which shows how the logits of each step"
                            + " arise. The pages link to each other.")
    @Nullable
    Path inside;

    private final PrintStream out;
    private final PrintStream err;

    private ExplainCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Creates the command with the flags of the options that give one text, token by token. */
    static CommandLine command(PrintStream out, PrintStream err) {
        ExplainCommand explain = new ExplainCommand(out, err);
        CommandLine command = new CommandLine(explain);
        explain.flags.addTo(command.getCommandSpec(), GenerationFlags.SEVERAL);
        return command;
    }

    @Override
    public Integer call() throws IOException {
        if (candidates < 1) {
            throw new IllegalArgumentException("--trace is " + candidates + ", expected at least 1");
        }
        if (html != null) {
            PageTemplate.check("--html", html);
        }
        if (inside != null) {
            if (html == null) {
                throw new IllegalArgumentException(
                        "--inside has no effect without --html; add --html, or leave it out");
            }
            PageTemplate.check("--inside", inside);
        }
        Prompt input = prompt.read();
        try (Gpt2 gpt2 = model.load(err)) {
            GenerationConfig config =
                    GenerationFlags.over(flags.builder().set(TRACE, candidates), gpt2, input, NEW_TOKENS);
            if (json || html != null) {
                whole(gpt2, input, config);
            } else {
                table(gpt2, input, config);
            }
        }
        return 0;
    }

    private void table(Gpt2 gpt2, Prompt input, GenerationConfig config) {
        TraceTable table = new TraceTable(gpt2, out, Ansi.AUTO);
        StringBuilder text = new StringBuilder(gpt2.text(input));
        int[] step = {0};
        Generation generation = gpt2.generate(input, config, token -> {
            table.print(++step[0], text.toString(), Objects.requireNonNull(token.trace()));
            text.append(token.text());
        });
        out.println(text);
        generation.seed().ifPresent(seed -> err.println("seed " + seed));
    }

    private void whole(Gpt2 gpt2, Prompt input, GenerationConfig config) throws IOException {
        long start = System.nanoTime();
        Generation generation = gpt2.generate(input, config);
        double rate = generation.tokens().size() * 1e9 / (System.nanoTime() - start);
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("prompt", gpt2.text(input));
        fields.putAll(GenerationJson.fields(gpt2, model, config, generation, 0, rate));
        String printed = Output.json(fields);
        if (html != null) {
            if (inside != null) {
                fields.put("inside", writeInside(gpt2, generation, html, inside));
            }
            PageTemplate.write(html, "explain.html", Output.json(fields));
        }
        out.println(json ? printed : html);
    }

    /** Writes the page of the prompt and the new tokens but the last. Returns the link to the page. */
    private static String writeInside(Gpt2 gpt2, Generation generation, Path explain, Path page) throws IOException {
        List<Integer> ids = new ArrayList<>(generation.promptIds());
        int before = ids.size();
        ids.addAll(generation.ids());
        Integer last = ids.remove(ids.size() - 1);
        InsidePage.write(
                gpt2, Inside.after(gpt2, Prompt.ofIds(ids), last), page, PageTemplate.link(page, explain), before);
        return PageTemplate.link(explain, page);
    }
}
