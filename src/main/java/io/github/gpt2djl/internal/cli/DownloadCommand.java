package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.internal.hub.Hub;
import io.github.gpt2djl.internal.hub.OpenAiRelease;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code download}: fetches a model; the one command that uses the network unasked by a flag. */
@Command(
        name = "download",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Fetches a model, verifies it and prints the folder. A download that was broken off goes on where it was.",
            "From the Hub it goes into Hugging Face's cache, where Python's tools find it, too; HF_HOME, HF_HUB_CACHE,"
                    + " HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE mean what they mean there, as do their former names."
        },
        footer = {
            "",
            "Examples:",
            "  download gpt2",
            "  download stanford-crfm/alias-gpt2-small-x21@checkpoint-1000",
            "  download --source openai 124M --to gpt2-124M"
        })
final class DownloadCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "MODEL",
            description =
                    "A name that the command models lists, or org/name, either with @REV if need be; with --source"
                            + " openai: 124M, 355M, 774M or 1558M.")
    String model = "";

    @Option(
            names = "--revision",
            paramLabel = "REV",
            description = "A branch, tag or commit, as MODEL@REV. Default: the commit that was looked at; main for"
                    + " others.")
    @Nullable
    String revision;

    @Option(
            names = "--source",
            paramLabel = "hub|openai",
            defaultValue = "hub",
            description = "The Hugging Face Hub, or OpenAI's original release. Default: hub.")
    Source source = Source.HUB;

    @Option(names = "--to", paramLabel = "FOLDER", description = "With --source openai: where to. Default: gpt2-MODEL.")
    @Nullable
    Path to;

    private final PrintStream out;
    private final PrintStream err;

    /** Where models are published. */
    enum Source {
        HUB,
        OPENAI
    }

    DownloadCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException {
        if (source == Source.OPENAI && revision != null) {
            throw new IllegalArgumentException("--revision has no effect with --source openai; leave it out");
        }
        if (source == Source.HUB && to != null) {
            throw new IllegalArgumentException(
                    "--to has no effect with --source hub, which fills Hugging Face's cache; set HF_HUB_CACHE");
        }
        try (ProgressBars bars = new ProgressBars(err)) {
            Path folder = source == Source.HUB
                    ? Hub.download(model, revision, System.getenv(), bars)
                    : OpenAiRelease.download(model, to == null ? Path.of("gpt2-" + model) : to, bars);
            out.println(folder);
        }
        return 0;
    }
}
