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

/** {@code download}: downloads a model; the only command that uses the network without the flag --download. */
@Command(
        name = "download",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Downloads a model, verifies it and prints the folder. An interrupted download is resumed.",
            "A model of the Hub is stored in Hugging Face's cache, which Python's tools share. HF_HOME, HF_HUB_CACHE,"
                    + " HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE, and their former names, work as in huggingface_hub."
        },
        footer = {
            "",
            "Examples:",
            "  download gpt2",
            "  download stanford-crfm/alias-gpt2-small-x21@checkpoint-1000",
            "  download --source openai 124M --out gpt2-124M"
        })
final class DownloadCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "MODEL",
            description =
                    "A name that the command models lists, or org/name, either optionally with @REV; with --source"
                            + " openai: 124M, 355M, 774M or 1558M.")
    String model = "";

    @Option(
            names = "--revision",
            paramLabel = "REV",
            description =
                    "A branch, tag or commit; the same as MODEL@REV. Default: the catalog's commit for the model if"
                            + " it has one, otherwise main.")
    @Nullable
    String revision;

    @Option(
            names = "--source",
            paramLabel = "hub|openai",
            defaultValue = "hub",
            description = "Download from the Hugging Face Hub, or OpenAI's original release. Default: hub.")
    Source source = Source.HUB;

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            description = "With --source openai: the folder to download to. Default: gpt2-MODEL.")
    @Nullable
    Path to;

    private final PrintStream out;
    private final PrintStream err;

    /** A place where models are published. */
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
                    "--out has no effect with --source hub, which fills Hugging Face's cache; set HF_HUB_CACHE");
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
