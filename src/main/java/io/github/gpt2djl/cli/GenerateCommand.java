package io.github.gpt2djl.cli;

import io.github.gpt2djl.FinishReason;
import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Preset;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.Token;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code generate}: continues a prompt. */
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Continues a prompt. Text goes to stdout, figures to stderr.",
            "Options have the names and meanings of transformers' generate. Without a length or --do-sample, the"
                    + " model's own defaults apply (config.json, task_specific_params); else greedy, 20 new tokens."
        },
        footer = {
            "",
            "Examples:",
            "  generate \"ROMEO:\" --max-new-tokens 100",
            "  generate \"The future of AI is\" --model gpt2 --do-sample --top-p 0.95 --max-length 50 --seed 1",
            "  echo \"To be, or not to be\" | java -jar target/gpt2-djl.jar generate - --no-do-sample --json"
        })
final class GenerateCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "PROMPT",
            description = "The text to continue; - reads it from stdin, less one line break at its end.")
    @Nullable
    String prompt;

    @Option(names = "--prompt-ids", paramLabel = "IDS", description = "Token ids instead of text, like 15496,11.")
    @Nullable
    String promptIds;

    @Mixin
    ModelOptions model = new ModelOptions();

    @Option(names = "--max-new-tokens", paramLabel = "N", description = "The most tokens to add.")
    @Nullable
    Integer maxNewTokens;

    @Option(names = "--max-length", paramLabel = "N", description = "The most tokens in all, with the prompt's.")
    @Nullable
    Integer maxLength;

    @Option(
            names = "--do-sample",
            negatable = true,
            description = "Draw at random instead of taking the likeliest token.")
    @Nullable
    Boolean doSample;

    @Option(names = "--temperature", paramLabel = "T", description = "Above 0. Below 1 bolder, above 1 wilder.")
    @Nullable
    Double temperature;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description = "Draw from the K likeliest tokens; 0: from all. Default: 50, with --preset openai 0.")
    @Nullable
    Integer topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description = "Draw from the likeliest tokens that together reach the probability P, 0 to 1.")
    @Nullable
    Double topP;

    @Option(names = "--seed", paramLabel = "N", description = "The same seed gives the same text.")
    @Nullable
    Long seed;

    @Option(names = "--num-return-sequences", paramLabel = "N", description = "Sequences for the prompt. Default: 1.")
    @Nullable
    Integer numReturnSequences;

    @Option(
            names = "--prompt-lookup-num-tokens",
            paramLabel = "N",
            description = "Guess up to N tokens, 1 to 64, from the text so far and check them at once: the same text,"
                    + " sooner where it repeats itself. Default: none.")
    @Nullable
    Integer promptLookupNumTokens;

    @Option(
            names = "--assistant-model",
            paramLabel = "NAME|FOLDER",
            description = "A smaller model of the same vocabulary that guesses, like distilgpt2 for gpt2-xl: the same"
                    + " text, sooner where it guesses well.")
    @Nullable
    String assistantModel;

    @Option(
            names = "--preset",
            paramLabel = "hugging-face|openai",
            description = "Whose defaults, and whose meaning of top-p. Default: hugging-face.")
    Preset preset = Preset.HUGGING_FACE;

    @Option(
            names = "--stream",
            negatable = true,
            description = "Print each token as it comes. Default for one sequence as text.")
    @Nullable
    Boolean stream;

    @Option(names = "--json", description = "One line of JSON a sequence, with all ids.")
    boolean json;

    private final PrintStream out;
    private final PrintStream err;

    GenerateCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException {
        boolean several = numReturnSequences != null && numReturnSequences != 1;
        if (Boolean.TRUE.equals(stream) && (json || several)) {
            throw new IllegalArgumentException(
                    "--stream has no effect with " + (json ? "--json" : "--num-return-sequences") + "; leave one out");
        }
        if (assistantModel != null && several) {
            throw new IllegalArgumentException(
                    "--assistant-model serves one sequence; leave out it or --num-return-sequences");
        }
        Prompt input = prompt();
        try (Gpt2 gpt2 = model.load(err);
                Gpt2 assistant = assistantModel == null ? null : model.load(assistantModel, err)) {
            if (!gpt2.hasTokenizer()) {
                err.println("note: " + gpt2.name() + " has no tokenizer, so no text is printed; use --json for ids");
            }
            GenerationConfig config = config(gpt2, input);
            if (json || several || Boolean.FALSE.equals(stream)) {
                whole(gpt2, assistant, input, config);
            } else {
                streamed(gpt2, assistant, input, config);
            }
        }
        return 0;
    }

    private Prompt prompt() throws IOException {
        if ((prompt == null) == (promptIds == null)) {
            throw new IllegalArgumentException(
                    (prompt == null ? "found neither a prompt nor" : "found both a prompt and")
                            + " --prompt-ids, expected one of them; \"\" is an empty prompt, - reads stdin");
        }
        if (promptIds != null) {
            return Prompt.ofIds(Output.ids("--prompt-ids", promptIds));
        }
        if ("-".equals(prompt)) {
            String text = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
            return Prompt.of(text.endsWith("\n") ? text.substring(0, text.length() - 1) : text);
        }
        return Prompt.of(prompt == null ? "" : prompt);
    }

    private GenerationConfig config(Gpt2 gpt2, Prompt input) {
        GenerationConfig.Builder config = GenerationConfig.builder().preset(preset);
        boolean ownDefaults = preset == Preset.HUGGING_FACE;
        if (doSample != null) {
            config.doSample(doSample);
        } else if (ownDefaults && gpt2.config().doSample()) {
            config.doSample(true);
        }
        if (maxLength != null) {
            config.maxLength(maxLength);
        }
        if (maxNewTokens != null) {
            config.maxNewTokens(maxNewTokens);
        }
        int usual = gpt2.config().maxLength();
        if (maxLength == null && maxNewTokens == null && ownDefaults && usual > gpt2.count(input)) {
            config.maxLength(usual);
        }
        set(temperature, config::temperature);
        set(topK, config::topK);
        set(topP, config::topP);
        set(seed, config::seed);
        set(numReturnSequences, config::numReturnSequences);
        set(promptLookupNumTokens, config::promptLookupNumTokens);
        GenerationConfig built = config.build();
        // Chosen here and printed, so that a text that pleases can be had again.
        return built.doSample() && seed == null
                ? config.seed(ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE))
                        .build()
                : built;
    }

    private static <T> void set(@Nullable T value, Consumer<T> option) {
        if (value != null) {
            option.accept(value);
        }
    }

    private void streamed(Gpt2 gpt2, @Nullable Gpt2 assistant, Prompt input, GenerationConfig config) {
        long start = System.nanoTime();
        int[] count = {0};
        try (Stream<Token> tokens =
                assistant == null ? gpt2.stream(input, config) : gpt2.stream(input, config, assistant)) {
            // Only a prompt that was accepted is printed.
            out.print(gpt2.text(input));
            out.flush();
            tokens.forEach(token -> {
                out.print(token.text());
                out.flush();
                count[0]++;
            });
        }
        out.println();
        err.println(figures(count[0], start, config));
    }

    private void whole(Gpt2 gpt2, @Nullable Gpt2 assistant, Prompt input, GenerationConfig config) {
        long start = System.nanoTime();
        List<Generation> all = assistant == null
                ? gpt2.generateAll(List.of(input), config)
                : List.of(gpt2.generate(input, config, assistant));
        int count = all.stream().mapToInt(g -> g.tokens().size()).sum();
        double rate = count * 1e9 / (System.nanoTime() - start);
        for (int i = 0; i < all.size(); i++) {
            Generation generation = all.get(i);
            if (json) {
                out.println(Output.json(fields(generation, rate)));
            } else {
                if (all.size() > 1) {
                    err.println("--- " + (i + 1) + " of " + all.size());
                }
                out.println(gpt2.text(input) + generation.text());
                out.flush();
            }
        }
        if (!json) {
            boolean full = all.stream().anyMatch(g -> g.finishReason() == FinishReason.CONTEXT);
            err.println(figures(count, start, config) + (full ? ", the model's context is full" : ""));
        }
    }

    private Map<String, @Nullable Object> fields(Generation generation, double rate) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("prompt_ids", generation.promptIds());
        fields.put("ids", generation.ids());
        fields.put("text", generation.text());
        fields.put("finish_reason", reason(generation.finishReason()));
        fields.put("seed", generation.seed().isPresent() ? generation.seed().getAsLong() : null);
        fields.put("tokens_per_second", Output.round(rate, 1));
        if (promptLookupNumTokens != null || assistantModel != null) {
            fields.put("drafted", generation.drafted());
            fields.put("accepted", generation.accepted());
        }
        return fields;
    }

    /** As in OpenAI's API, a full context is a length reached. */
    private static String reason(FinishReason reason) {
        return reason == FinishReason.CONTEXT ? "length" : reason.name().toLowerCase(Locale.ROOT);
    }

    private static String figures(int tokens, long start, GenerationConfig config) {
        double seconds = (System.nanoTime() - start) / 1e9;
        String seed = config.seed().isPresent() ? ", seed " + config.seed().getAsLong() : "";
        return String.format(
                Locale.ROOT, "%d tokens in %.2f s, %.1f tokens/s%s", tokens, seconds, tokens / seconds, seed);
    }
}
