package io.github.gpt2djl.cli;

import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.LoadOptions;
import io.github.gpt2djl.ModelSource;
import io.github.gpt2djl.decoder.DeviceChoice;
import io.github.gpt2djl.decoder.Precision;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import picocli.CommandLine.Option;

/** The options that every command has for its model. */
final class ModelOptions {
    @Option(
            names = "--model",
            paramLabel = "NAME|FOLDER",
            defaultValue = "shakespeare",
            description = "shakespeare (shipped), gpt2 or another name that the command models lists, org/name from"
                    + " Hugging Face's local cache, or a folder with config.json, model.safetensors and"
                    + " tokenizer.json. Default: ${DEFAULT-VALUE}.")
    String model = "shakespeare";

    @Option(
            names = "--download",
            description = "Fetch the model from the Hugging Face Hub if it is not on this machine.")
    boolean download;

    @Option(
            names = "--precision",
            paramLabel = "fp32|fp16|int8|auto",
            defaultValue = "auto",
            description = "Precision of the weights; fp16 and int8 are faster and need an x86 CPU. auto: fp32, exact.")
    Precision precision = Precision.AUTO;

    @Option(
            names = "--device",
            paramLabel = "cpu|gpu|auto",
            defaultValue = "auto",
            description = "Where to compute. auto: the CPU in this version.")
    DeviceChoice device = DeviceChoice.AUTO;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of one operation. Default: one a core.")
    int threads;

    Gpt2 load(PrintStream err) throws IOException {
        if (!download) {
            return Gpt2.load(model, new LoadOptions(precision, device, threads, ModelSource.local()));
        }
        try (ProgressBars bars = new ProgressBars(err)) {
            return Gpt2.load(model, new LoadOptions(precision, device, threads, ModelSource.download(bars)));
        }
    }

    /** The precision that auto stands for. */
    String precisionName() {
        return (precision == Precision.AUTO ? Precision.FP32 : precision).name().toLowerCase(Locale.ROOT);
    }
}
