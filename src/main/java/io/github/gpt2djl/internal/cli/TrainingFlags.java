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
    @Option(names = "--text", paramLabel = "FILE", required = true, description = "What to learn: a text in UTF-8.")
    Path text = Path.of("");

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            required = true,
            description = {
                "Where the best model is kept in the published files, with a curve of the loss. Its folder \"training\" holds what"
                        + " --resume needs."
            })
    Path folder = Path.of("");

    @Option(names = "--resume", description = "Go on with a training that was interrupted, under the same options.")
    boolean resume;

    @Option(names = "--max-minutes", paramLabel = "N", description = "Time for training, interruptions not counted.")
    @Nullable
    Double maxMinutes;

    @Option(names = "--max-steps", paramLabel = "N", description = "The last step.")
    @Nullable
    Integer maxSteps;

    @Option(
            names = "--validation",
            paramLabel = "SHARE",
            defaultValue = "0.1",
            description = "The share at the text's end that the model is tested with and never learns. Default: 0.1.")
    double validation;

    @Option(
            names = "--paragraphs",
            paramLabel = "N",
            description =
                    "Begin a document, with <|endoftext|> or the model's own token for it, every N paragraphs that blank lines part. Default: one"
                            + " document. Such a token in the text begins one, too.")
    int paragraphs;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            description = "Rows that are computed at once. Default: 12, and 4 for finetune.")
    @Nullable
    Integer batchSize;

    @Option(names = "--accumulation", paramLabel = "N", description = "Batches to a step. Default: 1.")
    @Nullable
    Integer accumulation;

    @Option(
            names = "--learning-rate",
            paramLabel = "R",
            description =
                    "The largest, after the warm-up. Default: 1e-3 for a new model, 5e-5 for one that is tuned, 3e-4"
                            + " with --lora-rank.")
    @Nullable
    Double learningRate;

    @Option(names = "--warmup-steps", paramLabel = "N", description = "Default: 100, and 10 for finetune.")
    @Nullable
    Integer warmupSteps;

    @Option(names = "--weight-decay", paramLabel = "D", description = "AdamW's. Default: 0.1.")
    @Nullable
    Double weightDecay;

    @Option(names = "--gradient-clip", paramLabel = "N", description = "The gradients' largest norm. Default: 1.")
    @Nullable
    Double gradientClip;

    @Option(
            names = "--dropout",
            paramLabel = "SHARE",
            defaultValue = "0.1",
            description = "The share of activations that is left out at random. Default: 0.1, GPT-2's; more helps on a"
                    + " small text.")
    double dropout;

    @Option(names = "--evaluate-every", paramLabel = "N", description = "Steps between two tests. Default: 100.")
    @Nullable
    Integer evaluateEvery;

    @Option(
            names = "--evaluation-windows",
            paramLabel = "N",
            description = "Rows of the validation's text that a test looks at, spread over it. Default: 200.")
    @Nullable
    Integer evaluationWindows;

    @Option(
            names = "--patience",
            paramLabel = "N",
            description = {"End after N tests without a lower loss; 0: never. Default: 10."})
    @Nullable
    Integer patience;

    @Option(
            names = "--sample-every",
            paramLabel = "N",
            description = {
                "Steps between two texts of the model, a multiple of --evaluate-every. Default: that; 0: none."
            })
    @Nullable
    Integer sampleEvery;

    @Option(
            names = "--sample-prompt",
            paramLabel = "TEXT",
            description = "What they begin with. Default: the token that begins a document.")
    @Nullable
    String samplePrompt;

    @Option(names = "--seed", paramLabel = "N", description = "Of weights, batches and dropout. Default: 0.")
    @Nullable
    Long seed;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads of one operation. Default: one a core, no more than the container has.")
    int threads;

    @Spec(Spec.Target.MIXEE)
    @Nullable
    CommandSpec command;

    /** The command line, without the program. */
    List<String> arguments() {
        return command == null
                ? List.of()
                : command.root().commandLine().getParseResult().originalArgs();
    }

    /** Sets what was given over a command's defaults. */
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
