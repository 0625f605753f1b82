package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.SaveProgress;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code convert}: writes a model in the published layout. */
@Command(
        name = "convert",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Converts a model of any format to config.json, model.safetensors and its tokenizer's files, and prints the"
                    + " folder. Existing files are replaced only when the new ones are complete.",
            "A LoRA adapter is merged into its base."
        },
        footer = {
            "",
            "Examples:",
            "  convert --model gpt2-124M --out gpt2-small",
            "  convert --model someone/gpt2-finetuned --out half --dtype f16",
            "  convert --model my-adapter --out merged"
        })
final class ConvertCommand implements Callable<Integer> {
    private static final long SOON = 2_000_000_000;

    @Option(
            names = "--model",
            paramLabel = "NAME|FOLDER",
            required = true,
            description =
                    "The model to convert: a name that the command models lists or org/name, either optionally with"
                            + " @REVISION, or a folder.")
    String model = "";

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            required = true,
            description = "The folder to write to, other than the model's own; created if it does not exist.")
    Path folder = Path.of("");

    @Option(
            names = "--dtype",
            paramLabel = "f32|f16|bf16",
            defaultValue = "f32",
            description = "Type of the weights; f16 and bf16 round them. Default: f32.")
    Type dtype = Type.F32;

    @Option(
            names = "--download",
            description = "Download the model from the Hugging Face Hub if it is not on this machine.")
    boolean download;

    private final PrintStream out;
    private final PrintStream err;

    /** The types of written weights. */
    enum Type {
        F32,
        F16,
        BF16
    }

    ConvertCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException {
        try (ProgressBars bars = new ProgressBars(err);
                Checkpoint checkpoint = bars.source(download).open(model)) {
            checkpoint.save(folder, DType.valueOf(dtype.name()), late(bars));
        }
        out.println(folder);
        return 0;
    }

    /** Shows a bar once writing has taken a while. */
    private static SaveProgress late(ProgressBars bars) {
        long start = System.nanoTime();
        boolean[] shown = {false};
        return (written, total) -> {
            if (!shown[0] && System.nanoTime() - start > SOON) {
                shown[0] = true;
                bars.started("model.safetensors", written, total);
            }
            bars.advanced("model.safetensors", written);
        };
    }
}
