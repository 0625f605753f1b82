package io.github.gpt2djl.training;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.InstanceOfAssertFactories.THROWABLE;

import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.internal.decoder.InitialTensors;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The loop: what it learns, keeps, and goes on with. */
class TrainerTest {
    /** Counts up by three, again and again. */
    private static final Corpus COUNTING = new Corpus(counting(2000), counting(200));

    private static final TrainingOptions OPTIONS = TrainingOptions.builder()
            .batchSize(4)
            .context(16)
            .maxSteps(100)
            .learningRate(1e-2)
            .warmupSteps(5)
            .evaluateEvery(20)
            .seed(3)
            .build();

    @TempDir
    Path folder;

    private static int[] counting(int length) {
        return IntStream.range(0, length).map(i -> 3 * i % 61).toArray();
    }

    private static Checkpoint fresh() {
        var config = TestCheckpoint.tiny().config();
        return new Checkpoint("new", config, InitialTensors.of(config, 3), null);
    }

    private Trainer trainer(String name, TrainingOptions options) {
        return new Trainer(fresh(), Learning.all(0.1), COUNTING, options, folder.resolve(name), 0);
    }

    /** Ends before a step. */
    private static final class Stop implements TrainingListener {
        private final int after;
        private final List<Double> losses = new ArrayList<>();

        Stop(int after) {
            this.after = after;
        }

        @Override
        public void stepped(TrainingStep step) {
            losses.add(step.loss());
        }

        @Override
        public boolean isStopped() {
            return losses.size() >= after;
        }
    }

    @Test
    void learnsToCount() throws IOException {
        Stop all = new Stop(Integer.MAX_VALUE);
        TrainingRecord record = trainer("a", OPTIONS).train(all);
        assertThat(all.losses).hasSize(100);
        assertThat(record.finished()).isTrue();
        assertThat(record.curve()).extracting(Evaluation::step).containsExactly(0, 20, 40, 60, 80, 100);
        assertThat(record.curve().get(0).validationLoss()).isBetween(3.9, 4.4);
        assertThat(record.best().validationLoss()).isLessThan(1);
        assertThat(record.curve().get(1).trainingLoss())
                .isEqualTo(
                        all.losses.subList(0, 20).stream().mapToDouble(l -> l).sum() / 20);
    }

    /** Interrupted in the middle of an interval and at its end: loss by loss, to the last bit. */
    @Test
    void goesOnAsIfNothingHadHappened() throws IOException {
        Stop whole = new Stop(Integer.MAX_VALUE);
        TrainingRecord expected = trainer("whole", OPTIONS).train(whole);
        Trainer interrupted = trainer("interrupted", OPTIONS);
        List<Stop> parts = List.of(new Stop(13), new Stop(7), new Stop(Integer.MAX_VALUE));
        assertThat(interrupted.train(parts.get(0)).finished()).isFalse();
        assertThat(interrupted.resume(parts.get(1)).step()).isEqualTo(20);
        TrainingRecord found = interrupted.resume(parts.get(2));
        assertThat(Stream.of(0, 1, 2).flatMap(i -> parts.get(i).losses.stream()))
                .isEqualTo(whole.losses);
        assertThat(found.curve())
                .usingRecursiveComparison()
                .ignoringFields("seconds")
                .isEqualTo(expected.curve());
        assertThat(folder.resolve("interrupted/model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("whole/model.safetensors"));
        assertThat(interrupted.resume(new Stop(0)).curve()).isEqualTo(found.curve());
    }

    @Test
    void anInterruptEndsItWithAllSaved() throws IOException {
        Trainer trainer = trainer("a", OPTIONS);
        TrainingRecord record = trainer.train(new TrainingListener() {
            @Override
            public void stepped(TrainingStep step) {
                if (step.number() == 3) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        assertThat(Thread.interrupted()).isTrue();
        assertThat(record.finished()).isFalse();
        assertThat(record.step()).isEqualTo(3);
        assertThat(trainer.resume(new Stop(1)).step()).isEqualTo(4);
    }

    /** Where a listener interrupts: after a step in which nothing is saved, or one with a save, or at a test. */
    @ParameterizedTest
    @CsvSource({"stepped, 19", "stepped, 20", "stepped, 40", "evaluated, 0", "evaluated, 20"})
    void anInterruptBeforeASaveLosesNothing(String where, int step) throws IOException {
        Trainer trainer = trainer("a", OPTIONS);
        TrainingRecord record = trainer.train(new TrainingListener() {
            @Override
            public void stepped(TrainingStep taken) {
                interruptAt("stepped", taken.number());
            }

            @Override
            public void evaluated(Evaluation evaluation, boolean best, Checkpoint model) {
                interruptAt("evaluated", evaluation.step());
            }

            private void interruptAt(String here, int number) {
                if (here.equals(where) && number == step) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        assertThat(Thread.interrupted()).isTrue();
        assertThat(record.finished()).isFalse();
        assertThat(record.step()).isEqualTo(step);
        assertThat(trainer.resume(new Stop(1)).step()).isEqualTo(step + 1);
    }

    @Test
    void anInterruptThatAListenerPassesOnLosesNothing() throws IOException {
        Trainer trainer = trainer("a", OPTIONS);
        TrainingRecord record = trainer.train(new TrainingListener() {
            @Override
            public void evaluated(Evaluation evaluation, boolean best, Checkpoint model) throws IOException {
                if (evaluation.step() == 20) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("a text of the model was interrupted");
                }
            }
        });
        assertThat(Thread.interrupted()).isTrue();
        assertThat(record.step()).isEqualTo(20);
        assertThat(trainer.resume(new Stop(1)).step()).isEqualTo(21);
    }

    @Test
    void goesOnUnderALocaleWithOtherDigits() throws IOException {
        Trainer trainer = trainer("a", OPTIONS);
        trainer.train(new Stop(3));
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        try {
            assertThat(trainer.resume(new Stop(1)).step()).isEqualTo(4);
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void keepsTheBest() throws IOException {
        // Learns a text by heart that the other part has nothing of.
        Corpus foreign = new Corpus(
                counting(200), IntStream.range(0, 100).map(i -> i * i % 61).toArray());
        List<byte[]> files = new ArrayList<>();
        TrainingOptions patient = TrainingOptions.builder()
                .batchSize(4)
                .context(16)
                .maxSteps(1000)
                .learningRate(1e-2)
                .evaluateEvery(10)
                .patience(3)
                .build();
        Trainer trainer = new Trainer(fresh(), Learning.all(0), foreign, patient, folder, 0);
        TrainingRecord record = trainer.train(new TrainingListener() {
            @Override
            public void evaluated(Evaluation evaluation, boolean best, Checkpoint model) throws IOException {
                byte[] file = Files.readAllBytes(folder.resolve("model.safetensors"));
                assertThat(best).isEqualTo(files.isEmpty() || !Arrays.equals(file, files.get(files.size() - 1)));
                files.add(file);
            }
        });
        int best = record.curve().indexOf(record.best());
        assertThat(record.finished()).isTrue();
        assertThat(record.curve()).hasSize(best + 4);
        assertThat(files.get(files.size() - 1)).isEqualTo(files.get(best));
    }

    @Test
    void timeEndsIt() throws IOException {
        TrainingOptions soon = TrainingOptions.builder()
                .batchSize(4)
                .context(16)
                .maxMinutes(0.01)
                .build();
        TrainingRecord record = trainer("a", soon).train(TrainingListener.NONE);
        assertThat(record.finished()).isTrue();
        assertThat(record.seconds()).isBetween(0.6, 60.0);
        assertThat(record.step()).isPositive();
    }

    @Test
    void gradientsOfSeveralBatchesMakeOneStep() throws IOException {
        Stop one = new Stop(1);
        TrainingOptions both = TrainingOptions.builder()
                .batchSize(4)
                .accumulation(2)
                .context(16)
                .maxSteps(2)
                .build();
        trainer("a", both).train(one);
        assertThat(one.losses).hasSize(1);
    }

    @Test
    void badInputIsNamed() throws IOException {
        assertThatThrownBy(() -> trainer("a", OPTIONS).resume(TrainingListener.NONE))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("so begin it anew");
        trainer("a", OPTIONS).train(new Stop(1));
        assertThatThrownBy(() -> trainer("a", OPTIONS).train(TrainingListener.NONE))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessageContaining("a training was begun here");
        TrainingOptions other =
                TrainingOptions.builder().batchSize(5).context(16).maxSteps(40).build();
        assertThatThrownBy(() -> trainer("a", other).resume(TrainingListener.NONE))
                .hasMessageContaining("batchSize is 5")
                .hasMessageContaining("expected 4, with which the training in");
        TrainingOptions wide = TrainingOptions.builder().context(41).maxSteps(1).build();
        assertThatThrownBy(() -> trainer("b", wide).train(TrainingListener.NONE))
                .hasMessageContaining("context is 41, expected at most 40");
        Corpus small = new Corpus(counting(16), counting(9));
        assertThatThrownBy(() ->
                        new Trainer(fresh(), Learning.all(0), small, OPTIONS, folder, 0).train(TrainingListener.NONE))
                .hasMessageContaining("training has 16 tokens, expected at least 17");
        Path own = TestCheckpoint.tiny().write(folder.resolve("own"));
        try (Checkpoint start = Checkpoint.open(own)) {
            assertThatThrownBy(() ->
                            new Trainer(start, Learning.all(0), COUNTING, OPTIONS, own, 0).train(TrainingListener.NONE))
                    .hasMessageContaining("which the model is read from");
        }
        assertThatThrownBy(() -> TrainingOptions.builder().build()).hasMessageContaining("neither maxSteps");
    }

    @Test
    void onlyOneTrainingAFolder() throws IOException {
        Trainer trainer = trainer("a", OPTIONS);
        List<Throwable> seen = new ArrayList<>();
        trainer.train(new TrainingListener() {
            @Override
            public void evaluated(Evaluation evaluation, boolean best, Checkpoint model) {
                seen.add(catchThrowable(() -> trainer.train(NONE)));
            }

            @Override
            public boolean isStopped() {
                return true;
            }
        });
        assertThat(seen).singleElement(as(THROWABLE)).hasMessageContaining("another training runs there");
    }

    /** What kill -9 leaves is gone with the next save, and nothing else. */
    @Test
    void unfinishedFilesAreDeleted() throws IOException {
        Path model = folder.resolve("a");
        Files.createDirectories(model.resolve("training"));
        for (String name : List.of(".model.safetensors.1.part", "training/.step-3.safetensors.1.part", ".mine.part")) {
            Files.writeString(model.resolve(name), "");
        }
        trainer("a", OPTIONS).train(new Stop(1));
        try (Stream<Path> files = Files.walk(model)) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".part")))
                    .containsExactly(".mine.part");
        }
    }

    /** The loss becomes no number: nothing of that is saved. */
    @Test
    void divergence() throws IOException {
        TrainingOptions wild = TrainingOptions.builder()
                .batchSize(4)
                .context(16)
                .maxSteps(40)
                .learningRate(1e30)
                .warmupSteps(0)
                .evaluateEvery(40)
                .build();
        assertThatThrownBy(() -> trainer("a", wild).train(TrainingListener.NONE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("A smaller learningRate helps");
        assertThat(trainer("a", wild).resume(new Stop(0)).step()).isZero();
    }
}
