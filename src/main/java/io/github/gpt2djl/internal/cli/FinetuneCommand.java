package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.checkpoint.Adapter;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.internal.tokenizer.TextFile;
import io.github.gpt2djl.training.Corpus;
import io.github.gpt2djl.training.Learning;
import io.github.gpt2djl.training.TrainingOptions;
import io.github.gpt2djl.training.TrainingOptionsBuilder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code finetune}: trains a trained model on another text. */
@Command(
        name = "finetune",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Fine-tunes a model on a text, and keeps the best model, or a LoRA adapter for it, in a folder.",
        footer = {
            "",
            "Examples:",
            "  finetune --model gpt2 --text-file poems.txt --max-minutes 60 --out poet",
            "  finetune --model gpt2 --text-file poems.txt --max-minutes 60 --out poet-lora --lora-rank 8",
            "  generate --model poet-lora \"The sea\"",
            "  convert --model poet-lora --out poet"
        })
final class FinetuneCommand implements Callable<Integer> {
    private static final double RATE = 5e-5;
    private static final double ADAPTER_RATE = 3e-4;

    @Option(
            names = "--model",
            paramLabel = "NAME|FOLDER",
            required = true,
            description = "A GPT-2 or GPT-Neo, as for generate: gpt2, distilgpt2, shakespeare, org/name@revision or a"
                    + " folder.")
    String model = "";

    @Option(
            names = "--download",
            description = "Download the model from the Hugging Face Hub if it is not on this machine.")
    boolean download;

    @Option(
            names = "--context",
            paramLabel = "N",
            defaultValue = "256",
            description = "Tokens in a row, at most the model's context. Default: 256.")
    int context;

    @Option(
            names = "--freeze-layers",
            paramLabel = "N",
            description =
                    "Do not train the N lowest layers and the embeddings; takes less time and memory. Default: 0.")
    int freezeLayers;

    @Option(
            names = "--lora-rank",
            paramLabel = "R",
            description =
                    "Train a LoRA adapter of this rank, in PEFT's format, instead of the model's weights; 8 is usual.")
    int loraRank;

    @Option(
            names = "--lora-alpha",
            paramLabel = "A",
            description = "Scale the adapter by A divided by its rank. Default: twice the rank.")
    @Nullable
    Double loraAlpha;

    @Mixin
    TrainingFlags flags = new TrainingFlags();

    private final PrintStream out;
    private final PrintStream err;

    FinetuneCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException {
        if (loraAlpha != null && loraRank == 0) {
            throw new IllegalArgumentException("--lora-alpha has no effect without --lora-rank; leave it out");
        }
        TrainingOptionsBuilder builder = TrainingOptions.builder()
                .context(context)
                .batchSize(4)
                .warmupSteps(10)
                .learningRate(loraRank > 0 ? ADAPTER_RATE : RATE);
        flags.set(builder);
        Learning learning =
                new Learning(flags.dropout, freezeLayers, loraRank, loraAlpha == null ? 2.0 * loraRank : loraAlpha);
        TrainingRun run = new TrainingRun(flags, builder.build(), learning, out, err);
        if (loraRank > 0 && Adapter.isIn(Path.of(model))) {
            throw new IllegalArgumentException("--model " + model + " is an adapter, expected a model: make one of it,"
                    + " with convert --model " + model + " --out FOLDER");
        }
        Corpus.Split split = Corpus.split(TextFile.read(flags.text), flags.validation);
        try (ProgressBars bars = new ProgressBars(err);
                Checkpoint opened = bars.source(download).open(model)) {
            // An adapter's base is found by the name given here.
            Checkpoint named =
                    new Checkpoint(model, opened.config(), opened.tensors(), opened.tokenizer(), opened.settings());
            return run.on(named, split);
        }
    }
}
