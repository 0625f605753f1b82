package io.github.gpt2djl.cli;

import io.github.gpt2djl.GenerationOption;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is said on stderr where a command fails, and its exit code. */
final class Failures {
    /** What a shell reports of a program that SIGPIPE has ended. */
    private static final int BROKEN_PIPE = 128 + 13;

    /** The library's messages name its Java options; here they are flags. */
    private static final Pattern OPTION = Pattern.compile("\\b("
            + GenerationOption.all().stream().map(Failures::name).collect(Collectors.joining("|"))
            + "|promptTokens|newTokens|warmUp(?= is)|stride(?= is| to)|repetitions(?= is)|batch(?= is)|threads(?= is)"
            + "|bos(?= is)"
            // Of train and finetune.
            + "|(layers|heads|width|(?<!model's )context|accumulation|patience|dropout|validation|paragraphs)(?= is)"
            + "|vocabularySize|batchSize|learningRate|warmupSteps|weightDecay|gradientClip|maxSteps|maxMinutes"
            + "|evaluateEvery|evaluationWindows|freezeLayers|loraRank|loraAlpha)\\b");

    private Failures() {}

    /** Prints why a command failed; without a command the option's names stay those of Java. */
    static int report(Exception e, @Nullable CommandSpec command, PrintStream err) {
        if (e instanceof StandardOut.Failed failed && failed.isBrokenPipe()) {
            return BROKEN_PIPE;
        }
        boolean usage = e instanceof IllegalArgumentException;
        err.println("error: " + (usage && command != null ? flags(message(e), command) : message(e)));
        return usage ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
    }

    /** Prints what is wrong with the arguments, and not the whole help, which would push it off the screen. */
    static int usage(ParameterException e, PrintStream err) {
        CommandLine command = e.getCommandLine();
        err.println("error: " + e.getMessage());
        UnmatchedArgumentException.printSuggestions(e, command.getErr());
        hint(e, command.getCommandSpec()).lines().forEach(err::println);
        err.println(command.getCommandSpec().qualifiedName() + " --help tells what is possible");
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
        // A word like --frobnicate is a wrong option.
        return word.matches("--[\\w.=-]+")
                ? ""
                : "a text that begins with a dash stands at the end, after --: " + name + " ... -- "
                        + Output.json(word);
    }

    private static boolean isText(CommandLine.Model.ArgSpec arg) {
        return List.of("PROMPT", "TEXT").contains(arg.paramLabel());
    }

    private static String message(Exception e) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
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
            return reason.isEmpty() ? e.toString() : message + ": " + reason;
        }
        return message;
    }

    /** A message with the names of a command's options as the user types them; others stay. */
    private static String flags(String message, CommandSpec command) {
        return OPTION.matcher(message).replaceAll(found -> {
            String flag = found.group().equals("vocabularySize") ? "--vocab-size" : "--" + words(found.group(), "-");
            return Matcher.quoteReplacement(command.findOption(flag) == null ? found.group() : flag);
        });
    }

    /** A message with options as transformers names them. */
    static String keys(Exception e) {
        return OPTION.matcher(message(e)).replaceAll(found -> Matcher.quoteReplacement(words(found.group(), "_")));
    }

    private static String words(String name, String separator) {
        return name.replaceAll("([A-Z])", separator + "$1").toLowerCase(Locale.ROOT);
    }

    /** A name of one word is a word of the language too. */
    private static String name(GenerationOption<?> option) {
        boolean oneWord = !option.key().contains("_");
        return option.name() + (oneWord ? "(?= is | has )" : "");
    }
}
