package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.LoadOptions;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.internal.decoder.TorchEngine;
import io.github.gpt2djl.internal.generation.LoadedModel;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every command that loads a model. */
final class ModelOptions {
    @Option(
            names = "--model",
            paramLabel = "NAME|FOLDER",
            description = "shakespeare (shipped), gpt2 or another name that the command models lists, org/name from"
                    + " Hugging Face's local cache, each optionally with @BRANCH, @TAG or @COMMIT, or a folder with"
                    + " config.json, model.safetensors and tokenizer.json. Default: shakespeare.")
    @Nullable
    String model;

    @Option(
            names = "--download",
            description = "Download the model from the Hugging Face Hub if it is not on this machine.")
    boolean download;

    @Option(
            names = "--precision",
            paramLabel = "fp32|fp16|bf16|mixed|int8|int4|auto",
            defaultValue = "auto",
            description = {
                "Precision of the weights. On CPUs, the precisions other than fp32 are faster and need x86, bf16 also"
                        + " AVX512-BF16, int4 also Linux and AVX2; on GPUs there are fp32, fp16 and bf16.",
                "mixed: bf16 on a CPU with AMX, otherwise fp16, with the head in int8. auto: fp32, which is exact, on a"
                        + " CPU; fp16 on a GPU."
            })
    Precision precision = Precision.AUTO;

    @Option(
            names = "--device",
            paramLabel = "auto|cpu|gpu|gpu:1",
            defaultValue = "auto",
            description =
                    "The device that computes. auto: a CUDA GPU if PyTorch can compute on one, otherwise the CPU.")
    DeviceChoice device = DeviceChoice.AUTO;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads of one operation. Default: one per core, within the container's limit.")
    int threads;

    @Option(
            names = "--trust-files",
            description = "Run regular expressions of the model's tokenizer that no published model has. Such an"
                    + " expression may never terminate.")
    boolean trustFiles;

    /** The memory for earlier prompts in a session: 3,400 tokens of GPT-2 in 32 bits. */
    private static final long PREFIX_CACHE_BYTES = 250_000_000;

    /** An action with a model's name and the options for loading it. */
    interface Use<T> {
        T apply(String name, LoadOptions options) throws IOException;
    }

    Gpt2 load(PrintStream err) throws IOException {
        Gpt2 gpt2 = with(err, Gpt2::load);
        tell(err, gpt2.notes(), gpt2.device());
        return gpt2;
    }

    /** Loads the model's parts, for a benchmark. */
    LoadedModel loadParts(PrintStream err) throws IOException {
        LoadedModel loaded =
                with(err, (name, options) -> LoadedModel.load(options.source().open(name), options));
        tell(err, loaded.tokenizer() == null ? List.of() : loaded.tokenizer().notes(), loaded.device());
        return loaded;
    }

    private void tell(PrintStream err, List<String> notes, DeviceChoice used) {
        notes.forEach(note -> err.println("note: " + note));
        if (device.kind() == DeviceChoice.Kind.AUTO && used.kind() == DeviceChoice.Kind.CPU) {
            TorchEngine.whyNotGpu().ifPresent(reason -> err.println("on the CPU, as a GPU cannot be used: " + reason));
        }
    }

    /** Loads the model for many prompts: a prompt that begins as an earlier one need not be computed as a whole. */
    Gpt2 loadForMany(PrintStream err) throws IOException {
        Gpt2 loaded = with(err, (name, options) -> Gpt2.load(name, options.withPrefixCache(PREFIX_CACHE_BYTES)));
        tell(err, loaded.notes(), loaded.device());
        return loaded;
    }

    /** Loads another model with the same options. */
    Gpt2 load(String other, PrintStream err) throws IOException {
        return with(err, (name, options) -> Gpt2.load(other, options));
    }

    /** The model in another precision. */
    Gpt2 load(Precision other, PrintStream err) throws IOException {
        return with(err, (name, options) -> Gpt2.load(name, options.withPrecision(other)));
    }

    /** Runs an action, and shows the progress of a download meanwhile. */
    <T> T with(PrintStream err, Use<T> use) throws IOException {
        String name = model == null ? "shakespeare" : model;
        try (ProgressBars bars = new ProgressBars(err)) {
            return use.apply(name, new LoadOptions(precision, device, threads, bars.source(download), trustFiles));
        }
    }

    /** Sets the model of a command that also takes it as a positional argument. */
    void name(String positional) {
        if (model != null) {
            throw new IllegalArgumentException(
                    "found both the model " + positional + " and --model " + model + ", expected one of them");
        }
        model = positional;
    }
}
