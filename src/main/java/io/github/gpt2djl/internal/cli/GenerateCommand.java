package io.github.gpt2djl.internal.cli;

import static io.github.gpt2djl.GenerationOption.*;

import io.github.gpt2djl.FinishReason;
import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.Token;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code generate}: continues a prompt. */
@Command(
        name = "generate",
        abbreviateSynopsis = true,
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Continues a prompt. Text goes to stdout, figures to stderr.",
            "The options have the names and meanings of transformers' generate. Options that are not given are taken"
                    + " from the model's generation_config.json, a length and --do-sample also from"
                    + " task_specific_params in its config.json. Otherwise decoding is greedy with 20 new tokens."
        },
        footer = {
            "",
            "Examples:",
            "  generate \"ROMEO:\" --max-new-tokens 100",
            "  generate \"The future of AI is\" --model gpt2 --do-sample --top-p 0.95 --max-length 50 --seed 1",
            "  echo \"To be, or not to be\" | java -jar target/gpt2-djl.jar generate - --no-do-sample --json"
        })
final class GenerateCommand implements Callable<Integer> {
    @Mixin
    PromptOptions prompt = new PromptOptions();

    @Mixin
    ModelOptions model = new ModelOptions();

    final GenerationFlags flags = new GenerationFlags();

    @Option(
            names = "--assistant-model",
            paramLabel = "NAME|FOLDER",
            description =
                    "A smaller model with the same vocabulary that guesses tokens, such as distilgpt2 for gpt2-xl."
                            + " Gives the same text, faster where the guesses are right.")
    @Nullable
    String assistantModel;

    @Option(
            names = "--stream",
            negatable = true,
            description = "Print each token as soon as it is generated. Default: true for one sequence as text.")
    @Nullable
    Boolean stream;

    @Option(
            names = "--add-special-tokens",
            negatable = true,
            description = "Add the special tokens of the tokenizer's files to the prompt. Default: true. A model with"
                    + " BERT's tokenizer continues a prompt better without: [SEP] would end the text.")
    @Nullable
    Boolean addSpecialTokens;

    @Option(names = "--json", description = "Print one line of JSON per sequence, with all ids.")
    boolean json;

    private final PrintStream out;
    private final PrintStream err;

    private GenerateCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Creates the command with all its flags. */
    static CommandLine command(PrintStream out, PrintStream err) {
        GenerateCommand generate = new GenerateCommand(out, err);
        CommandLine command = new CommandLine(generate);
        generate.flags.addTo(command.getCommandSpec(), List.of());
        return command;
    }

    @Override
    public Integer call() throws IOException {
        if (Boolean.TRUE.equals(stream) && json) {
            throw new IllegalArgumentException("--stream has no effect with --json; leave one out");
        }
        Prompt input = prompt.read();
        try (Gpt2 gpt2 = model.load(err);
                Gpt2 assistant = assistantModel == null ? null : model.load(assistantModel, err)) {
            if (!gpt2.hasTokenizer()) {
                err.println("note: " + gpt2.name() + " has no tokenizer, so no text is printed; use --json for ids");
            }
            Prompt ids = encoded(gpt2, input);
            GenerationConfig config = flags.config(gpt2, ids, 0);
            boolean several = config.get(NUM_RETURN_SEQUENCES) > 1;
            boolean beams = config.get(NUM_BEAMS) > 1;
            if (Boolean.TRUE.equals(stream) && (several || beams)) {
                throw new IllegalArgumentException("--stream has no effect with --num-"
                        + (beams ? "beams" : "return-sequences") + "; leave one out");
            }
            if (assistant != null && several) {
                throw new IllegalArgumentException(
                        "--assistant-model serves one sequence; leave out it or --num-return-sequences");
            }
            if (beams || json || several || Boolean.FALSE.equals(stream)) {
                whole(gpt2, assistant, input, ids, config);
            } else {
                streamed(gpt2, assistant, input, ids, config);
            }
        }
        return 0;
    }

    /** Returns the prompt, in ids without special tokens if --no-add-special-tokens was given. */
    private Prompt encoded(Gpt2 gpt2, Prompt input) {
        String text = input.text();
        return Boolean.FALSE.equals(addSpecialTokens) && text != null ? Prompt.ofIds(gpt2.encode(text, false)) : input;
    }

    private void streamed(Gpt2 gpt2, @Nullable Gpt2 assistant, Prompt input, Prompt ids, GenerationConfig config) {
        long start = System.nanoTime();
        int[] count = {0};
        Consumer<Token> print = token -> {
            // The prompt is printed only once it has been accepted.
            out.print((count[0]++ == 0 ? gpt2.text(input) : "") + token.text());
            out.flush();
        };
        Generation whole = null;
        if (assistant == null) {
            whole = gpt2.generate(ids, config, print);
        } else {
            try (Stream<Token> tokens = gpt2.stream(ids, config, assistant)) {
                tokens.forEach(print);
            }
        }
        out.println();
        err.println(figures(count[0], start, config, whole == null ? List.of() : List.of(whole)));
    }

    private void whole(Gpt2 gpt2, @Nullable Gpt2 assistant, Prompt input, Prompt ids, GenerationConfig config) {
        long start = System.nanoTime();
        List<Generation> all = assistant == null
                ? gpt2.generateAll(List.of(ids), config)
                : List.of(gpt2.generate(ids, config, assistant));
        int count = all.stream().mapToInt(g -> g.tokens().size()).sum();
        double rate = count * 1e9 / (System.nanoTime() - start);
        for (int i = 0; i < all.size(); i++) {
            Generation generation = all.get(i);
            if (json) {
                out.println(Output.json(GenerationJson.fields(gpt2, model, config, generation, i, rate)));
            } else {
                if (all.size() > 1) {
                    err.println("--- " + (i + 1) + " of " + all.size());
                }
                out.println(gpt2.text(input) + generation.text());
                out.flush();
            }
        }
        if (!json) {
            err.println(figures(count, start, config, all));
        }
    }

    private static String figures(int tokens, long start, GenerationConfig config, List<Generation> all) {
        double seconds = (System.nanoTime() - start) / 1e9;
        String seed = config.get(DO_SAMPLE) ? ", seed " + config.get(SEED) : "";
        int slides = all.stream().mapToInt(Generation::slides).sum();
        boolean full = all.stream().anyMatch(g -> g.finishReason() == FinishReason.CONTEXT);
        return String.format(
                        Locale.ROOT, "%d tokens in %.2f s, %.1f tokens/s%s", tokens, seconds, tokens / seconds, seed)
                + (full ? ", the model's context is full" : "")
                + (slides > 0 ? ", the context slid " + slides + " times" : "");
    }
}
