package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import io.github.gpt2djl.tokenizer.Tokenizer;
import io.github.gpt2djl.training.Corpus;
import io.github.gpt2djl.training.Evaluation;
import io.github.gpt2djl.training.Learning;
import io.github.gpt2djl.training.Trainer;
import io.github.gpt2djl.training.TrainingOptions;
import io.github.gpt2djl.training.TrainingRecord;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A training on the command line: shows its progress, saves it on Ctrl-C, and prints a summary at the end. */
final class TrainingRun {
    private final TrainingFlags flags;
    private final TrainingOptions options;
    private final Learning learning;
    private final PrintStream out;
    private final PrintStream err;

    TrainingRun(TrainingFlags flags, TrainingOptions options, Learning learning, PrintStream out, PrintStream err) {
        this.flags = flags;
        this.options = options;
        this.learning = learning;
        this.out = out;
        this.err = err;
        Integer every = flags.sampleEvery;
        if (every != null && (every < 0 || every % options.evaluateEvery() != 0)) {
            throw new IllegalArgumentException("--sample-every is " + every + ", expected a multiple of "
                    + options.evaluateEvery() + ", the steps from one test to the next");
        }
    }

    int on(Checkpoint start, Corpus.Split split) throws IOException {
        Corpus corpus = corpus(start, split);
        Trainer trainer = new Trainer(start, learning, corpus, options, flags.folder, flags.threads);
        CountDownLatch ended = new CountDownLatch(1);
        TrainingView view = new TrainingView(flags, options, split, err);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(view, ended), "gpt2-djl training"));
        try {
            TrainingRecord record = run(trainer, view);
            LossCurve.draw(record, flags.folder.resolve("loss.png"), err);
            ModelCard.write(flags.folder, flags.arguments(), start, corpus, record);
            conclude(record);
        } finally {
            ended.countDown();
        }
        return 0;
    }

    private TrainingRecord run(Trainer trainer, TrainingView view) throws IOException {
        try (view) {
            return flags.resume ? trainer.resume(view) : trainer.train(view);
        }
    }

    /** Handles Ctrl-C: waits for the current step and for the save. */
    private static void stop(TrainingView view, CountDownLatch ended) {
        view.stop();
        try {
            ended.await(10, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Corpus corpus(Checkpoint start, Corpus.Split split) throws IOException {
        TokenizerFiles files = start.tokenizer();
        if (files == null) {
            throw new IllegalArgumentException(start.name() + " has no tokenizer, expected one of "
                    + String.join(", ", Checkpoint.VOCABULARIES) + " in its folder");
        }
        try (Tokenizer tokenizer = Tokenizer.load(
                files, start.config().architecture(), start.config().vocabularySize())) {
            Corpus corpus = Corpus.of(split, flags.paragraphs, tokenizer);
            err.printf(
                    Locale.ROOT,
                    "%,d tokens to learn, %,d to test; %,d parameters%n",
                    corpus.training().length,
                    corpus.validation().length,
                    start.config().parameters());
            return corpus;
        }
    }

    private void conclude(TrainingRecord record) {
        Evaluation best = record.best();
        out.printf(
                Locale.ROOT,
                "%s after %,d steps, %.1f minutes%nbest: step %,d, validation loss %.4f, perplexity %.2f%nkept in %s%n",
                record.finished() ? "finished" : "stopped",
                record.step(),
                record.seconds() / 60,
                best.step(),
                best.validationLoss(),
                Math.exp(best.validationLoss()),
                flags.folder);
        if (!record.finished()) {
            out.println("the same command with --resume goes on");
        }
        out.flush();
    }
}
