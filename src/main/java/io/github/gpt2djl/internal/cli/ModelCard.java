package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.internal.files.WholeFile;
import io.github.gpt2djl.training.Corpus;
import io.github.gpt2djl.training.Evaluation;
import io.github.gpt2djl.training.TrainingRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The README.md of a trained model, which describes the training and its result. */
final class ModelCard {
    /** The beginning of a card that this class wrote, and may replace. */
    private static final String HEAD = "---\ntags: [gpt2-djl]\npipeline_tag: text-generation\n---\n";

    private ModelCard() {}

    /** Writes the card, unless the folder has a README.md of the user's own. */
    static void write(Path folder, List<String> arguments, Checkpoint start, Corpus corpus, TrainingRecord record)
            throws IOException {
        Path file = folder.resolve("README.md");
        if (Files.notExists(file) || Files.readString(file).startsWith(HEAD)) {
            WholeFile.write(file, text(folder, arguments, start, corpus, record));
        }
    }

    private static String text(
            Path folder, List<String> arguments, Checkpoint start, Corpus corpus, TrainingRecord record) {
        ModelConfig config = start.config();
        Evaluation best = record.best();
        return HEAD
                + String.format(
                        Locale.ROOT,
                        """

                        # %s

                        Begun with %s: %d layers, %d heads, width %d, %d positions, %,d tokens, %,d parameters. Trained with

                            java -jar gpt2-djl.jar %s

                        on %,d tokens, %,d steps in %.1f minutes; tested with %,d tokens that it never learned. Of %d tests the \
                        best was kept, after %,d steps: a validation loss of %.4f nats a token, perplexity %.2f.

                        ![Loss](loss.png)

                        | step | training loss, with dropout | validation loss |
                        |---:|---:|---:|
                        %s
                        """,
                        folder.toAbsolutePath().normalize().getFileName(),
                        start.name(),
                        config.layers(),
                        config.heads(),
                        config.width(),
                        config.positions(),
                        config.vocabularySize(),
                        config.parameters(),
                        arguments.stream().map(ModelCard::quoted).collect(Collectors.joining(" ")),
                        corpus.training().length,
                        record.step(),
                        record.seconds() / 60,
                        corpus.validation().length,
                        record.curve().size(),
                        best.step(),
                        best.validationLoss(),
                        Math.exp(best.validationLoss()),
                        record.curve().stream().map(ModelCard::row).collect(Collectors.joining("\n")));
    }

    private static String row(Evaluation point) {
        String learned = point.trainingLoss() == null ? "" : String.format(Locale.ROOT, "%.4f", point.trainingLoss());
        return String.format(Locale.ROOT, "| %d | %s | %.4f |", point.step(), learned, point.validationLoss());
    }

    /** Quotes an argument for a shell. */
    private static String quoted(String argument) {
        return argument.matches("[\\w./:=+-]+") ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }
}
