package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.internal.tokenizer.TextLines;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code interactive}: continues prompt after prompt, as OpenAI's interactive_conditional_samples.py does. */
@Command(
        name = "interactive",
        abbreviateSynopsis = true,
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Asks for a prompt, continues it, and asks again. Texts go to stdout, everything else to stderr.",
            "/help lists the commands: /set top_p 0.9, /explain, ... Ctrl-C stops a generation, Ctrl-D quits. In a"
                    + " terminal, lines are kept in ~/.gpt2-djl/history. From a pipe, each line is a prompt or a"
                    + " command."
        },
        footer = {"", "Example:", "  interactive --model gpt2 --do-sample --top-k 40 --max-new-tokens 60"})
final class InteractiveCommand implements Callable<Integer> {
    @Mixin
    ModelOptions model = new ModelOptions();

    final GenerationFlags flags = new GenerationFlags();

    private final PrintStream out;
    private final PrintStream err;

    private InteractiveCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Creates the command with the flags of the options that give one text, token by token. */
    static CommandLine command(PrintStream out, PrintStream err) {
        InteractiveCommand interactive = new InteractiveCommand(out, err);
        CommandLine command = new CommandLine(interactive);
        interactive.flags.addTo(command.getCommandSpec(), GenerationFlags.SEVERAL);
        return command;
    }

    @Override
    public Integer call() throws IOException {
        try (Gpt2 gpt2 = model.loadForMany(err)) {
            Session session = new Session(gpt2, new SessionOptions(gpt2, flags), out, err);
            if (Terminals.is(Terminals.IN) && Terminals.is(Terminals.OUT)) {
                typed(session, gpt2.name());
            } else {
                session.run(new TextLines(System.in, "stdin")::next);
            }
        }
        return 0;
    }

    private void typed(Session session, String name) throws IOException {
        Path history = Path.of(System.getProperty("user.home"), ".gpt2-djl", "history");
        try (TerminalLines lines = TerminalLines.ofSystem(history, err)) {
            lines.onInterrupt(session::stop);
            err.println(name + ": type a prompt; /help lists the commands, Ctrl-D leaves");
            session.run(lines);
        }
    }
}
