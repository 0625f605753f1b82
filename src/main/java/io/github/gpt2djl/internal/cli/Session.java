package io.github.gpt2djl.internal.cli;

import static io.github.gpt2djl.GenerationOption.*;

import io.github.gpt2djl.FinishReason;
import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.OptionNaming;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.Token;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Ansi;

/** A session of prompts and commands, line by line. Texts go to {@code out}, everything else to {@code err}. */
final class Session {
    private static final int CANDIDATES = 10;
    private static final String HELP = """
            Any other line is a prompt; // at its beginning stands for /. In a prompt or a stop string, \\n stands for
            a line break, \\t for a tab and \\\\ for a backslash: /set stop_strings \\n\\n stops at a blank line
            /set top_p 0.9     sets an option by transformers' name; /set alone lists the options that are set
            /set stop_strings ["\\n", " the end"]   several stop strings, or one that begins with a space
            /unset top_p       resets an option to its default
            /seed 5            the same as /set seed 5; /seed alone prints the last seed
            /reset             restores the options of the command line
            /explain           shows how the last token was chosen; /explain all: every token
            /help, /quit       shows this help; quits, as Ctrl-D does. Ctrl-C stops a generation""";

    private final Gpt2 gpt2;
    private final SessionOptions options;
    private final PrintStream out;
    private final PrintStream err;
    private @Nullable Last last;
    private @Nullable Thread generating;

    /** The data that is needed to repeat the last generation. */
    private record Last(Prompt prompt, GenerationConfig config, int tokens) {}

    Session(Gpt2 gpt2, SessionOptions options, PrintStream out, PrintStream err) {
        this.gpt2 = gpt2;
        this.options = options;
        this.out = out;
        this.err = err;
    }

    /** Answers lines until they end or one of them leaves the session. */
    void run(Lines lines) throws IOException {
        for (String line = lines.next(); line != null; line = lines.next()) {
            if (line.strip().equals("/quit")) {
                return;
            }
            try {
                answer(line);
            } catch (IllegalArgumentException e) {
                // The commands use transformers' names.
                err.println("error: " + InvalidOptionException.message(e, OptionNaming.KEYS));
            }
        }
    }

    /** Ends the running generation within one token; called from any thread. */
    synchronized void stop() {
        if (generating != null) {
            generating.interrupt();
        }
    }

    private void answer(String line) throws IOException {
        if (line.startsWith("/") && !line.startsWith("//")) {
            command(line.strip().split("\\s+", 3));
        } else if (!line.isBlank()) {
            generate(Prompt.of(Escapes.read(line.startsWith("//") ? line.substring(1) : line)));
        }
    }

    private void command(String[] words) throws IOException {
        int arguments = words.length - 1;
        switch (words[0] + " " + arguments) {
            case "/set 0" -> list();
            case "/set 2" -> options.set(words[1], words[2]);
            case "/unset 1" -> options.set(words[1], null);
            case "/seed 0" -> err.println(last == null ? "nothing has been generated yet" : seed(last.config));
            case "/seed 1" -> options.set(SEED.key(), words[1]);
            case "/reset 0" -> options.reset();
            case "/explain 0" -> explain(false);
            case "/help 0" -> err.println(HELP);
            default -> {
                if (arguments == 1 && words[0].equals("/explain") && words[1].equals("all")) {
                    explain(true);
                } else {
                    throw new IllegalArgumentException("no command \"" + String.join(" ", words)
                            + "\"; /help lists the commands, and a prompt that begins with / is written with //");
                }
            }
        }
    }

    private void list() throws IOException {
        // With the model's defaults, but without the seed that is drawn for each prompt.
        GenerationConfig config = options.config(Prompt.of(""));
        for (GenerationOption<?> option : GenerationOption.all()) {
            if (config.isSet(option) && (option != SEED || options.isSet(SEED))) {
                Object value = config.get(option);
                err.println(option.key() + " " + (option == STOP_STRINGS ? Output.json(value) : value));
            }
        }
    }

    private void generate(Prompt prompt) throws IOException {
        GenerationConfig config = options.config(prompt);
        int[] printed = {0, 0};
        begin();
        Generation generation;
        try {
            generation = gpt2.generate(prompt, config, token -> {
                out.print((printed[0]++ == 0 ? gpt2.text(prompt) : "") + token.text());
                out.flush();
                printed[1] += token.text().length();
            });
        } finally {
            end();
        }
        // Text that was held back as the possible beginning of a stop string.
        out.println(generation.text().substring(printed[1]));
        out.flush();
        last = new Last(prompt, config, printed[0]);
        err.println(printed[0] + " tokens, "
                + (generation.finishReason() == FinishReason.CANCELLED
                        ? "stopped"
                        : generation.finishReason().name().toLowerCase(Locale.ROOT))
                + (config.get(DO_SAMPLE) ? ", " + seed(config) : ""));
    }

    /** Repeats the last generation with its seed, and shows how its tokens were chosen. */
    private void explain(boolean all) {
        if (last == null || last.tokens == 0) {
            throw new IllegalArgumentException("nothing has been generated yet; give a prompt first");
        }
        Last again = last;
        GenerationConfig config = again.config.toBuilder().trace(CANDIDATES).build();
        TraceTable table = new TraceTable(gpt2, out, Ansi.AUTO);
        StringBuilder text = new StringBuilder(gpt2.text(again.prompt));
        int[] step = {0};
        begin();
        try (Stream<Token> tokens = gpt2.stream(again.prompt, config)) {
            tokens.limit(again.tokens).forEach(token -> {
                if (++step[0] == again.tokens || all) {
                    table.print(step[0], text.toString(), Objects.requireNonNull(token.trace()));
                }
                text.append(token.text());
            });
        } finally {
            end();
        }
    }

    private static String seed(GenerationConfig config) {
        return config.get(DO_SAMPLE) ? "seed " + config.get(SEED) : "no seed: nothing was drawn";
    }

    private synchronized void begin() {
        generating = Thread.currentThread();
    }

    private synchronized void end() {
        generating = null;
        // Ctrl-C applies only to the generation that it stopped.
        Thread.interrupted();
    }
}
