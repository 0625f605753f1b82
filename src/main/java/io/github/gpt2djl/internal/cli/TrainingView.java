package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.InsufficientMemoryException;
import io.github.gpt2djl.LoadOptions;
import io.github.gpt2djl.ModelSource;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.training.Corpus;
import io.github.gpt2djl.training.Evaluation;
import io.github.gpt2djl.training.TrainingListener;
import io.github.gpt2djl.training.TrainingOptions;
import io.github.gpt2djl.training.TrainingStep;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows a training: a bar on a terminal, a line for each validation, and samples of the model. */
final class TrainingView implements TrainingListener, AutoCloseable {
    private static final int SAMPLE_TOKENS = 60;

    private final TrainingFlags flags;
    private final int sampleEvery;
    private final String samplePrompt;
    private final PrintStream err;
    private final boolean terminal = Terminals.is(Terminals.ERR);
    private @Nullable ProgressBar bar;
    private @Nullable TrainingStep last;
    private volatile boolean stopped;

    TrainingView(TrainingFlags flags, TrainingOptions options, Corpus.Split split, PrintStream err) {
        this.flags = flags;
        this.samplePrompt = flags.samplePrompt == null ? firstLine(split.validation()) : flags.samplePrompt;
        this.sampleEvery = flags.sampleEvery == null ? options.evaluateEvery() : flags.sampleEvery;
        this.err = err;
    }

    /** Returns the first line of which the beginning is known, and that is not blank; at most 60 characters. */
    static String firstLine(String text) {
        String line = text.substring(text.indexOf('\n') + 1)
                .lines()
                // Where a document begins, the tokenizer's start token may stand.
                .map(one -> one.replaceFirst("^<\\|endoftext\\|>", ""))
                .filter(one -> !one.isBlank())
                .findFirst()
                .orElse("");
        return line.substring(0, line.offsetByCodePoints(0, Math.min(60, line.codePointCount(0, line.length()))));
    }

    void stop() {
        stopped = true;
    }

    @Override
    public boolean isStopped() {
        return stopped;
    }

    @Override
    public void stepped(TrainingStep step) {
        last = step;
        if (!terminal) {
            return;
        }
        if (bar == null) {
            bar = new ProgressBarBuilder()
                    .setTaskName("training")
                    .setInitialMax(1000)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(500)
                    .hideEta()
                    .setConsumer(new ConsoleProgressBarConsumer(err))
                    .build();
        }
        bar.setExtraMessage(String.format(
                Locale.ROOT,
                "step %d, loss %.3f, %,.0f tokens/s, %s left",
                step.number(),
                step.loss(),
                step.tokensPerSecond(),
                duration(step.secondsLeft())));
        bar.stepTo(Math.round(1000 * step.progress()));
    }

    @Override
    public void evaluated(Evaluation evaluation, boolean best, Checkpoint model) throws IOException {
        close();
        TrainingStep step = last;
        String learned = step == null || evaluation.trainingLoss() == null
                ? ""
                : String.format(
                        Locale.ROOT,
                        ", training %.3f, %,.0f tokens/s, %s left",
                        evaluation.trainingLoss(),
                        step.tokensPerSecond(),
                        duration(step.secondsLeft()));
        err.printf(
                Locale.ROOT,
                "step %d: validation loss %.4f%s%s%n",
                evaluation.step(),
                evaluation.validationLoss(),
                best ? " (best)" : "",
                learned);
        if (sampleEvery > 0 && evaluation.step() > 0 && evaluation.step() % sampleEvery == 0) {
            sample(model);
        }
    }

    private void sample(Checkpoint model) throws IOException {
        LoadOptions plain = new LoadOptions(Precision.FP32, DeviceChoice.CPU, flags.threads, ModelSource.local());
        try (Gpt2 gpt2 = Gpt2.load(model, plain)) {
            GenerationConfig config = GenerationConfig.builder()
                    .doSample(true)
                    .topP(0.95)
                    .maxNewTokens(Math.min(SAMPLE_TOKENS, gpt2.config().positions() / 2))
                    .seed(1)
                    .build();
            String text = gpt2.generate(samplePrompt, config).text();
            err.println((samplePrompt + text).strip().indent(4).stripTrailing());
        } catch (InsufficientMemoryException e) {
            // A failed sample must not end the training.
            err.println("no text of the model: " + e.getMessage());
        }
    }

    private static String duration(double seconds) {
        return seconds < 90
                ? Math.round(seconds) + " s"
                : seconds < 5400 ? Math.round(seconds / 60) + " min" : Math.round(seconds / 360) / 10.0 + " h";
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
