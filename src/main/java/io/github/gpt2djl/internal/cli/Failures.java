package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.NamedOption;
import io.github.gpt2djl.OptionNaming;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The messages on stderr of a command that fails, and its exit code. */
final class Failures {
    /** The exit code that a shell reports for a program ended by SIGPIPE. */
    private static final int BROKEN_PIPE = 128 + 13;

    private Failures() {}

    /** Prints why a command failed. */
    static int report(Exception e, OptionNaming naming, PrintStream err) {
        if (e instanceof StandardOut.Failed failed && failed.isBrokenPipe()) {
            return BROKEN_PIPE;
        }
        err.println("error: " + message(e, naming));
        return e instanceof IllegalArgumentException ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
    }

    /** Prints what is wrong with the arguments, without the whole help, which would push the message off the screen. */
    static int usage(ParameterException e, PrintStream err) {
        CommandLine command = e.getCommandLine();
        err.println("error: " + e.getMessage());
        UnmatchedArgumentException.printSuggestions(e, command.getErr());
        hint(e, command.getCommandSpec()).lines().forEach(err::println);
        err.println(command.getCommandSpec().qualifiedName() + " --help lists the options");
        return CommandLine.ExitCode.USAGE;
    }

    private static String hint(ParameterException e, CommandSpec command) {
        String name = command.name();
        if (e instanceof MissingParameterException missing
                && String.valueOf(e.getMessage()).contains(" but found ")
                && missing.getMissing().stream().anyMatch(Failures::isText)) {
            return "a value that begins like an option cannot be given here"
                    + (command.findOption("--text-file") == null ? "" : "; give such a text in a file or on stdin");
        }
        boolean takesText = command.positionalParameters().stream().anyMatch(Failures::isText);
        if (!(e instanceof UnmatchedArgumentException unmatched) || !takesText) {
            return "";
        }
        String word = unmatched.getUnmatched().get(0);
        if (e.getCommandLine().getParseResult().originalArgs().contains("--")) {
            return "options stand in front of --, and after it one text";
        }
        if (!unmatched.isUnknownOption()) {
            return "a text of several words is quoted: " + name + " \"To be\"";
        }
        // A word like --frobnicate is an unknown option.
        return word.matches("--[\\w.=-]+")
                ? ""
                : "a text that begins with a dash stands at the end, after --: " + name + " ... -- "
                        + Output.json(word);
    }

    private static boolean isText(CommandLine.Model.ArgSpec arg) {
        return List.of("PROMPT", "TEXT").contains(arg.paramLabel());
    }

    /** Names the command's options as the user types them, and other options by their names in files. */
    static OptionNaming flags(CommandSpec command) {
        return new OptionNaming() {
            private OptionNaming naming(NamedOption option) {
                boolean known = command.findOption(FLAGS.name(option)) != null;
                return known ? FLAGS : KEYS;
            }

            @Override
            public String name(NamedOption option) {
                return naming(option).name(option);
            }

            @Override
            public String setting(NamedOption option, Object value) {
                return naming(option).setting(option, value);
            }
        };
    }

    private static String message(Exception e, OptionNaming naming) {
        if (e instanceof InvalidPathException path) {
            return Paths.reason(path);
        }
        if (e instanceof FileSystemException file && file.getReason() == null) {
            String reason = e instanceof NoSuchFileException
                    ? "no such file"
                    : e instanceof AccessDeniedException
                            ? "permission denied"
                            : e instanceof NotDirectoryException
                                    ? "no folder"
                                    : e instanceof FileAlreadyExistsException ? "is there already" : "";
            return reason.isEmpty() ? e.toString() : e.getMessage() + ": " + reason;
        }
        return InvalidOptionException.message(e, naming);
    }
}
