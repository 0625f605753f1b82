package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.training.TrainingOptionsBuilder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options that train and finetune have in common. */
final class TrainingFlags {
    @Option(
            names = "--text-file",
            paramLabel = "FILE",
            required = true,
            description = "The text to train on, in UTF-8.")
    Path text = Path.of("");

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            required = true,
            description = {
                "The folder for the files of the best model and a curve of the loss. Its subfolder \"training\" holds"
                        + " the state for --resume."
            })
    Path folder = Path.of("");

    @Option(names = "--resume", description = "Resume an interrupted training, with the same options.")
    boolean resume;

    @Option(
            names = "--max-minutes",
            paramLabel = "N",
            description = "Train for at most N minutes, not counting interruptions.")
    @Nullable
    Double maxMinutes;

    @Option(names = "--max-steps", paramLabel = "N", description = "Train up to step N.")
    @Nullable
    Integer maxSteps;

    @Option(
            names = "--validation",
            paramLabel = "SHARE",
            defaultValue = "0.1",
            description = "The fraction at the end of the text for validation, not for training. Default: 0.1.")
    double validation;

    @Option(
            names = "--paragraphs",
            paramLabel = "N",
            description = "Begin a document every N paragraphs, which blank lines separate. A document begins with"
                    + " <|endoftext|>, or the model's own start token, which may also be in the text. Default: one"
                    + " document.")
    int paragraphs;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            description = "Rows in a batch. Default: 12 for train, 4 for finetune.")
    @Nullable
    Integer batchSize;

    @Option(names = "--accumulation", paramLabel = "N", description = "Batches per step. Default: 1.")
    @Nullable
    Integer accumulation;

    @Option(
            names = "--learning-rate",
            paramLabel = "R",
            description =
                    "The maximum learning rate, after the warm-up. Default: 1e-3 for train, 5e-5 for finetune, 3e-4"
                            + " with --lora-rank.")
    @Nullable
    Double learningRate;

    @Option(
            names = "--warmup-steps",
            paramLabel = "N",
            description = "Steps in which the learning rate grows. Default: 100 for train, 10 for finetune.")
    @Nullable
    Integer warmupSteps;

    @Option(names = "--weight-decay", paramLabel = "D", description = "AdamW's weight decay. Default: 0.1.")
    @Nullable
    Double weightDecay;

    @Option(names = "--gradient-clip", paramLabel = "N", description = "Maximum norm of the gradients. Default: 1.")
    @Nullable
    Double gradientClip;

    @Option(
            names = "--dropout",
            paramLabel = "SHARE",
            defaultValue = "0.1",
            description =
                    "The fraction of activations dropped at random. More helps with a small text. Default: 0.1, as"
                            + " for GPT-2.")
    double dropout;

    @Option(names = "--evaluate-every", paramLabel = "N", description = "Validate every N steps. Default: 100.")
    @Nullable
    Integer evaluateEvery;

    @Option(
            names = "--evaluation-windows",
            paramLabel = "N",
            description = "Validate with at most N rows, spread over the validation part. Default: 200.")
    @Nullable
    Integer evaluationWindows;

    @Option(
            names = "--patience",
            paramLabel = "N",
            description = {"End after N validations without a lower loss; 0: never. Default: 10."})
    @Nullable
    Integer patience;

    @Option(
            names = "--sample-every",
            paramLabel = "N",
            description = {
                "Print a sample every N steps, a multiple of --evaluate-every; 0: never. Default: as --evaluate-every."
            })
    @Nullable
    Integer sampleEvery;

    @Option(
            names = "--sample-prompt",
            paramLabel = "TEXT",
            description = "The prompt of the samples. Default: a line at the beginning of the validation text.")
    @Nullable
    String samplePrompt;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Random seed for initial weights, batches and dropout. Default: 0.")
    @Nullable
    Long seed;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads of one operation. Default: one per core, within the container's limit.")
    int threads;

    @Spec(Spec.Target.MIXEE)
    @Nullable
    CommandSpec command;

    /** Returns the command line without the program's name. */
    List<String> arguments() {
        return command == null
                ? List.of()
                : command.root().commandLine().getParseResult().originalArgs();
    }

    /** Overrides a command's defaults with the given options. */
    void set(TrainingOptionsBuilder builder) {
        Optional.ofNullable(maxMinutes).ifPresent(builder::maxMinutes);
        Optional.ofNullable(maxSteps).ifPresent(builder::maxSteps);
        Optional.ofNullable(batchSize).ifPresent(builder::batchSize);
        Optional.ofNullable(accumulation).ifPresent(builder::accumulation);
        Optional.ofNullable(learningRate).ifPresent(builder::learningRate);
        Optional.ofNullable(warmupSteps).ifPresent(builder::warmupSteps);
        Optional.ofNullable(weightDecay).ifPresent(builder::weightDecay);
        Optional.ofNullable(gradientClip).ifPresent(builder::gradientClip);
        Optional.ofNullable(evaluateEvery).ifPresent(builder::evaluateEvery);
        Optional.ofNullable(evaluationWindows).ifPresent(builder::evaluationWindows);
        Optional.ofNullable(patience).ifPresent(builder::patience);
        Optional.ofNullable(seed).ifPresent(builder::seed);
    }
}
