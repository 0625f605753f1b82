package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.internal.tokenizer.TextFile;
import io.github.gpt2djl.tokenizer.BpeTrainer;
import io.github.gpt2djl.training.Corpus;
import io.github.gpt2djl.training.Learning;
import io.github.gpt2djl.training.NewModel;
import io.github.gpt2djl.training.TrainingOptions;
import io.github.gpt2djl.training.TrainingOptionsBuilder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code train}: trains a new model on a text. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Trains a tokenizer and a new GPT-2 on a text, and keeps the best model in a folder.",
        footer = {
            "",
            "Examples:",
            "  train --text-file plays.txt --max-minutes 10 --out mine",
            "  train --text-file plays.txt --max-minutes 10 --out mine --resume",
            "  generate --model mine \"ROMEO:\""
        })
final class TrainCommand implements Callable<Integer> {
    @Option(
            names = "--vocab-size",
            paramLabel = "N",
            defaultValue = "2048",
            description = "Size of the vocabulary, including the 256 bytes and <|endoftext|>. Default: 2048.")
    int vocabSize;

    @Option(names = "--layers", paramLabel = "N", defaultValue = "6", description = "Transformer blocks. Default: 6.")
    int layers;

    @Option(
            names = "--heads",
            paramLabel = "N",
            defaultValue = "6",
            description = "Attention heads of a block. Default: 6.")
    int heads;

    @Option(
            names = "--width",
            paramLabel = "N",
            defaultValue = "192",
            description = "Width of embeddings and layers, a multiple of --heads. Default: 192.")
    int width;

    @Option(
            names = "--context",
            paramLabel = "N",
            defaultValue = "256",
            description = "Tokens of the model's context, and of each row in training. Default: 256.")
    int context;

    @Mixin
    TrainingFlags flags = new TrainingFlags();

    private final PrintStream out;
    private final PrintStream err;

    TrainCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException {
        ModelConfig config = ModelConfig.gpt2(layers, heads, width, context, vocabSize);
        TrainingOptionsBuilder builder = TrainingOptions.builder().context(context);
        flags.set(builder);
        TrainingOptions options = builder.build();
        TrainingRun run = new TrainingRun(flags, options, Learning.all(flags.dropout), out, err);
        Corpus.Split split = Corpus.split(TextFile.read(flags.text), flags.validation);
        try (Checkpoint start = NewModel.of(config, tokenizer(split), options.seed())) {
            return run.on(start, split);
        }
    }

    /** Returns the tokenizer of the resumed training, or trains a new one. */
    private String tokenizer(Corpus.Split split) throws IOException {
        Path file = flags.folder.resolve("tokenizer.json");
        if (flags.resume && Files.exists(file)) {
            return Files.readString(file);
        }
        err.println("learning " + vocabSize + " tokens");
        return BpeTrainer.train(split.training(), vocabSize);
    }
}
