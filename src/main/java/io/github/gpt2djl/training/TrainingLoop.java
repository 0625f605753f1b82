package io.github.gpt2djl.training;

import io.github.gpt2djl.internal.decoder.TrainingModel;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The loop of a training: steps with their batches and updates, and from time to time a validation and a save. */
final class TrainingLoop {
    private final Corpus corpus;
    private final LearnedModel learned;
    private final TrainingOptions options;
    private final TrainingModel model;
    private final TrainingFolder files;
    private final TrainingListener listener;

    private final Map<String, String> conditions;
    private final List<Evaluation> curve;
    private final double secondsBefore;
    private final long began = System.nanoTime();
    private int step;
    private double lossSum;
    private long learningNanos;
    private long learnedTokens;
    private boolean interrupted;

    /** @param before the record of the training so far */
    TrainingLoop(
            Corpus corpus,
            TrainingOptions options,
            LearnedModel learned,
            TrainingModel model,
            TrainingFolder files,
            TrainingListener listener,
            TrainingRecord before) {
        this.corpus = corpus;
        this.options = options;
        this.learned = learned;
        this.model = model;
        this.files = files;
        this.listener = listener;
        conditions = before.conditions();
        curve = new ArrayList<>(before.curve());
        secondsBefore = before.seconds();
        step = before.step();
        lossSum = before.lossSum();
    }

    TrainingRecord run() throws IOException {
        boolean finished = isLost() || progress() >= 1;
        if (curve.isEmpty()) {
            evaluate();
            save(false);
        }
        while (!finished && !interrupted && !listener.isStopped()) {
            takeStep();
            boolean last = progress() >= 1;
            if (last || step % options.evaluateEvery() == 0) {
                evaluate();
                finished = last || isLost();
                save(finished);
            }
            interrupted |= Thread.interrupted();
        }
        try {
            return finished ? record(true) : save(false);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** An action that writes files. */
    private interface Writing {
        void run() throws IOException;
    }

    /** Writes files, and defers an interrupt until afterwards, because an interrupted thread cannot write files. */
    private void write(Writing files) throws IOException {
        while (true) {
            interrupted |= Thread.interrupted();
            try {
                files.run();
                return;
            } catch (InterruptedIOException e) {
                if (!Thread.interrupted()) {
                    throw e;
                }
                interrupted = true;
            }
        }
    }

    /** Returns the time that is limited and displayed, which includes validation. */
    private double seconds() {
        return secondsBefore + (System.nanoTime() - began) / 1e9;
    }

    /** Returns the used fraction, 0 to 1 and more, of the steps or of the time, whichever is greater. */
    private double progress() {
        double ofSteps = options.maxSteps() == 0 ? 0 : (double) step / options.maxSteps();
        double ofTime = options.maxMinutes() == 0 ? 0 : seconds() / (60 * options.maxMinutes());
        return Math.max(ofSteps, ofTime);
    }

    private double secondsLeft() {
        double ofSteps = options.maxSteps() == 0 ? Double.MAX_VALUE : seconds() / step * (options.maxSteps() - step);
        double ofTime = options.maxMinutes() == 0 ? Double.MAX_VALUE : 60 * options.maxMinutes() - seconds();
        return Math.max(0, Math.min(ofTime, ofSteps));
    }

    /** Tells whether the validation loss has not improved for too long. */
    private boolean isLost() {
        return options.patience() > 0 && !curve.isEmpty() && record(false).sinceBest() >= options.patience();
    }

    private void takeStep() {
        long start = System.nanoTime();
        double rate = LearningRate.at(options, step + 1, progress());
        double loss = 0;
        for (int batch = 0; batch < options.accumulation(); batch++) {
            int number = step * options.accumulation() + batch;
            int[][] rows =
                    Batches.random(corpus.training(), options.batchSize(), options.context(), options.seed(), number);
            loss += model.learn(rows, options.seed() * 31 + number) / options.accumulation();
        }
        step++;
        double norm =
                model.update(step, options.accumulation(), options.optimizer().withRate(rate));
        if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
            throw new IllegalStateException("at step " + step + " the loss is " + loss + " and the gradients' norm "
                    + norm + ", expected numbers; what was saved before is as it was. A smaller learningRate helps: it"
                    + " was " + rate);
        }
        lossSum += loss;
        learningNanos += System.nanoTime() - start;
        learnedTokens += (long) options.accumulation() * options.batchSize() * options.context();
        double speed = 1e9 * learnedTokens / learningNanos;
        listener.stepped(new TrainingStep(step, loss, rate, norm, speed, Math.min(1, progress()), secondsLeft()));
    }

    /** Validates the model, and keeps it if it is the best. */
    private void evaluate() throws IOException {
        double sum = 0;
        int count = 0;
        for (int[][] rows : Batches.windows(
                corpus.validation(), options.batchSize(), options.context(), options.evaluationWindows())) {
            for (float loss : model.losses(rows)) {
                sum += loss;
                count++;
            }
        }
        int steps = curve.isEmpty() ? 0 : step - curve.get(curve.size() - 1).step();
        Evaluation evaluation = new Evaluation(step, seconds(), steps == 0 ? null : lossSum / steps, sum / count);
        curve.add(evaluation);
        lossSum = 0;
        boolean best = record(false).sinceBest() == 0;
        if (best) {
            write(() -> learned.keep(model));
        }
        try {
            listener.evaluated(evaluation, best, learned.model(model));
        } catch (InterruptedIOException e) {
            // The listener's own work is lost, but the training is not.
            interrupted = true;
        }
    }

    private TrainingRecord record(boolean finished) {
        return new TrainingRecord(conditions, step, seconds(), lossSum, finished, List.copyOf(curve));
    }

    private TrainingRecord save(boolean finished) throws IOException {
        TrainingRecord now = record(finished);
        write(() -> files.save(now, model.state()));
        return now;
    }
}
