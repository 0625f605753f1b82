package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.internal.bench.SelfCheck;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code selfcheck}: checks that a model is the published one and gives the published results. */
@Command(
        name = "selfcheck",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Compares a model's files with their published checksums, compares its greedy continuations and logits with"
                    + " published ones, and prints the device that computes. The exit code is 1 if something differs.",
        },
        footer = {"", "Examples:", "  selfcheck gpt2", "  selfcheck ./gpt2-124M --as gpt2"})
final class SelfCheckCommand implements Callable<Integer> {
    @Parameters(arity = "0..1", paramLabel = "MODEL", description = "The same as --model.")
    @Nullable
    String positional;

    @Mixin
    ModelOptions model = new ModelOptions();

    @Option(
            names = "--as",
            paramLabel = "NAME",
            description =
                    "The published model that a folder is compared with, such as gpt2. Default: the folder's model in"
                            + " Hugging Face's cache.")
    @Nullable
    String as;

    @Option(
            names = "--goldens",
            paramLabel = "FILE",
            description = "Continuations and logits to compare with instead of the published ones, in the format of"
                    + " goldens.json.")
    @Nullable
    Path goldens;

    @Option(names = "--json", description = "Print one line of JSON per check.")
    boolean json;

    private final PrintStream out;
    private final PrintStream err;

    SelfCheckCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException {
        if (positional != null) {
            model.name(positional);
        }
        if (goldens != null) {
            Paths.file(goldens);
        }
        SelfCheck check = model.with(err, (name, options) -> SelfCheck.run(name, options, as, goldens));
        for (SelfCheck.Line line : check.lines()) {
            if (json) {
                out.println(Output.json(line));
            } else {
                String outcome = line.outcome().name().toLowerCase(Locale.ROOT);
                out.printf("%-8s %s: %s%n", outcome, line.name(), line.detail().replace("\n", "\\n"));
            }
        }
        return check.passed() ? 0 : 1;
    }
}
