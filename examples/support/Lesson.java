package support;

import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.LoadOptions;
import io.github.gpt2djl.ModelSource;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** What all lessons have: {@code --model}, {@code --pictures}, {@code --help}, short errors and exit codes. */
public abstract class Lesson implements Callable<Integer> {
    /** UTF-8 wherever it runs. */
    protected final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    @Option(
            names = "--model",
            defaultValue = "shakespeare",
            description = "A model's name or folder; default: ${DEFAULT-VALUE}.")
    protected String model = "shakespeare";

    @Option(names = "--download", description = "Fetch the model if it is not on this machine.")
    private boolean download;

    @Option(names = "--pictures", defaultValue = ".", description = "Folder for PNG files; default: the current one.")
    protected Path pictures = Path.of(".");

    @Option(names = "--help", usageHelp = true, description = "Show this.")
    private boolean help;

    /** What the lesson shows. */
    protected abstract void teach() throws Exception;

    /** The model that the user has named. */
    protected Gpt2 load() throws IOException {
        return load(model);
    }

    /** Another one. */
    protected Gpt2 load(String name) throws IOException {
        ModelSource source = download ? ModelSource.download() : ModelSource.local();
        return Gpt2.load(name, LoadOptions.DEFAULT.withSource(source));
    }

    @Override
    public final Integer call() throws Exception {
        teach();
        return CommandLine.ExitCode.OK;
    }

    /** Teaches and ends the process: 0 done, 1 failed, 2 wrong usage. */
    protected static void run(Lesson lesson, String... args) {
        System.exit(execute(lesson, args));
    }

    static int execute(Lesson lesson, String... args) {
        // Figures as on the lessons' pages.
        Locale.setDefault(Locale.ROOT);
        CommandLine command = new CommandLine(lesson);
        command.setExpandAtFiles(false);
        command.setExecutionExceptionHandler((e, line, result) -> {
            // These say only which file.
            boolean bare = e.getMessage() == null || e instanceof FileSystemException;
            System.err.println("error: " + (bare ? e : e.getMessage()));
            return e instanceof IllegalArgumentException ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
        });
        command.setParameterExceptionHandler((e, line) -> {
            System.err.println("error: " + e.getMessage() + "; --help lists the options");
            return CommandLine.ExitCode.USAGE;
        });
        return command.execute(args);
    }
}
