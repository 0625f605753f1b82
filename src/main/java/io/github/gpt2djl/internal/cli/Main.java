package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.OptionNaming;
import io.github.gpt2djl.internal.decoder.TorchEngine;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/**
 * The command line. The exit code is 0 for success, 1 for a failure, and 2 for wrong usage. As in shells, it is 130
 * after Ctrl-C, 143 after SIGTERM, and 141 if the reader of standard output closed the pipe (for example {@code head}).
 *
 * <p>{@code java -jar gpt2-djl.jar generate ROMEO:} is this call, which does not return:
 *
 * <pre>{@code
 * Main.main(new String[] {"generate", "ROMEO:"});
 * }</pre>
 */
@Command(
        name = "gpt2-djl",
        description = "Text generation with GPT-2 on the JVM.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        footer = {
            "",
            "Examples:",
            "  java -jar target/gpt2-djl.jar generate \"ROMEO:\"",
            "  java -jar target/gpt2-djl.jar generate --help"
        })
public final class Main {
    /** In the order of the help. */
    private static final List<String> COMMANDS = List.of(
            "generate",
            "explain",
            "inside",
            "interactive",
            "score",
            "rank",
            "replay",
            "bench",
            "train",
            "finetune",
            "models",
            "download",
            "convert",
            "selfcheck",
            "help");

    private Main() {}

    /**
     * Runs a command and ends the process with its exit code.
     *
     * @param args a command and its arguments; without arguments, prints the usage and exits with 2
     */
    public static void main(String[] args) {
        PrintStream out = new PrintStream(
                new StandardOut(new FileOutputStream(FileDescriptor.out)), false, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        System.setErr(err);
        System.exit(run(Arguments.decode(args), out, err));
    }

    /** Runs a command, and returns the exit code. */
    static int run(String[] args, PrintStream out, PrintStream err) {
        try {
            int code = execute(args, out, err);
            out.flush();
            return code;
        } catch (StandardOut.Failed e) {
            return Failures.report(e, OptionNaming.FLAGS, err);
        } catch (OutOfMemoryError e) {
            err.println("error: Java has not enough memory (" + e.getMessage() + "); generate fewer sequences at once,"
                    + " or start it with a larger -Xmx");
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    private static int execute(String[] args, PrintStream out, PrintStream err) {
        // Making all commands takes 0.15 s longer.
        boolean one = args.length > 0 && COMMANDS.contains(args[0]) && !args[0].equals("help");
        CommandLine command = command(one ? List.of(args[0]) : COMMANDS, out, err);
        if (args.length == 0) {
            command.usage(err);
            return CommandLine.ExitCode.USAGE;
        }
        return command.execute(args);
    }

    /** Returns the command line with all commands. */
    static CommandLine command(PrintStream out, PrintStream err) {
        return command(COMMANDS, out, err);
    }

    private static CommandLine command(List<String> names, PrintStream out, PrintStream err) {
        CommandLine command = new CommandLine(new Main());
        names.forEach(name -> command.addSubcommand(name, subcommand(name, out, err)));
        command.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
        command.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
        command.setCaseInsensitiveEnumValuesAllowed(true);
        command.registerConverter(DeviceChoice.class, text -> {
            try {
                return DeviceChoice.parse(text);
            } catch (IllegalArgumentException e) {
                throw new CommandLine.TypeConversionException(e.getMessage());
            }
        });
        command.registerConverter(Path.class, Paths::of);
        // A prompt may begin with @, which therefore does not name a file of arguments.
        command.setExpandAtFiles(false);
        // -hello is an unknown option, not -h.
        command.setPosixClusteredShortOptionsAllowed(false);
        command.setExecutionStrategy(Main::run);
        command.setExecutionExceptionHandler(
                (e, line, result) -> Failures.report(e, Failures.flags(line.getCommandSpec()), err));
        command.setParameterExceptionHandler((e, line) -> Failures.usage(e, err));
        return command;
    }

    private static Object subcommand(String name, PrintStream out, PrintStream err) {
        return switch (name) {
            case "generate" -> GenerateCommand.command(out, err);
            case "explain" -> ExplainCommand.command(out, err);
            case "inside" -> new InsideCommand(out, err);
            case "interactive" -> InteractiveCommand.command(out, err);
            case "score" -> new ScoreCommand(out, err);
            case "rank" -> new RankCommand(out, err);
            case "replay" -> new ReplayCommand(out);
            case "bench" -> new BenchCommand(out, err);
            case "train" -> new TrainCommand(out, err);
            case "finetune" -> new FinetuneCommand(out, err);
            case "models" -> new ModelsCommand(out);
            case "download" -> new DownloadCommand(out, err);
            case "convert" -> new ConvertCommand(out, err);
            case "selfcheck" -> new SelfCheckCommand(out, err);
            default -> new CommandLine.HelpCommand();
        };
    }

    /** Runs a command or prints its help, which can fail too: stdout may be full. */
    private static int run(CommandLine.ParseResult parsed) {
        try {
            if (loadsModel(parsed)) {
                TorchEngine.loadAhead();
            }
            return new CommandLine.RunLast().execute(parsed);
        } catch (StandardOut.Failed e) {
            throw new CommandLine.ExecutionException(parsed.commandSpec().commandLine(), "stdout failed", e);
        }
    }

    private static boolean loadsModel(CommandLine.ParseResult parsed) {
        CommandLine.ParseResult command = parsed.subcommand();
        return command != null
                && !command.isUsageHelpRequested()
                && command.commandSpec().mixins().values().stream()
                        .anyMatch(mixin -> mixin.userObject() instanceof ModelOptions);
    }

    /** Returns the jar's version. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"gpt2-djl " + (version == null ? "(not from a jar)" : version)};
        }
    }
}
