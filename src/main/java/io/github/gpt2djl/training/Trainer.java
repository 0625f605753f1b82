package io.github.gpt2djl.training;

import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.NamedOption;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.internal.decoder.TrainingModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Lets a model learn a text, and keeps the best that it comes to in a folder.
 *
 * <p>Interrupting the thread ends a training after the step that runs, with all saved, as {@link
 * TrainingListener#isStopped} does.
 *
 * <pre>{@code
 * Corpus.Split split = Corpus.split(Files.readString(Path.of("plays.txt")), 0.1);
 * String tokenizer = BpeTrainer.train(split.training(), 2048);
 * TrainingOptions options = TrainingOptions.builder().maxMinutes(10).build();
 * try (Checkpoint start = NewModel.of(ModelConfig.gpt2(6, 6, 192, 256, 2048), tokenizer, options.seed());
 *         Tokenizer encoder = Tokenizer.load(start.tokenizer(), start.config().architecture(), 2048)) {
 *     Corpus corpus = Corpus.of(split, 0, encoder);
 *     Trainer trainer = new Trainer(start, Learning.all(0.1), corpus, options, Path.of("mine"), 0);
 *     System.out.println(trainer.train(TrainingListener.NONE).best());
 * }
 * try (Gpt2 mine = Gpt2.load(Path.of("mine"))) {
 *     System.out.println(mine.generate("ROMEO:", GenerationConfig.builder().doSample(true).build()).text());
 * }
 * }</pre>
 *
 * @param start the model as it is before, which an adapter will name as its base; closed by the caller
 * @param learning which of its weights learn
 * @param corpus what it learns
 * @param options how long and how fast
 * @param folder for the published files of the best model so far, or an adapter in PEFT's format, and {@code training}
 *     beside them
 * @param threads of one native operation; 0: one a core
 */
public record Trainer(
        Checkpoint start, Learning learning, Corpus corpus, TrainingOptions options, Path folder, int threads) {

    /**
     * Trains from the start.
     *
     * @param listener told on this thread
     * @return how it went
     * @throws IllegalArgumentException if an option does not fit the model or the corpus
     * @throws IllegalStateException if the loss is no number any more
     * @throws IOException if files cannot be read or written
     */
    public TrainingRecord train(TrainingListener listener) throws IOException {
        check();
        try (TrainingFolder files = TrainingFolder.begin(folder);
                TrainingModel model = load()) {
            TrainingRecord before = new TrainingRecord(conditions(), 0, 0, 0, false, List.of());
            return new TrainingLoop(corpus, options, learned(), model, files, listener, before).run();
        }
    }

    /**
     * Goes on with a training that was interrupted, as if it had not been: with the same rows and the same dropout.
     *
     * @param listener told on this thread
     * @return how it went, from its start
     * @throws IllegalArgumentException if something that it depends on is not as it was
     * @throws IllegalStateException if the loss is no number any more
     * @throws IOException if files cannot be read or written, or there is no training
     */
    public TrainingRecord resume(TrainingListener listener) throws IOException {
        check();
        try (TrainingFolder files = TrainingFolder.resume(folder)) {
            TrainingRecord before = files.read(conditions());
            try (TrainingModel model = load();
                    TensorFile state = TensorFile.safetensors(files.tensors(before))) {
                model.restore(state);
                return new TrainingLoop(corpus, options, learned(), model, files, listener, before).run();
            }
        }
    }

    private TrainingModel load() throws IOException {
        long batchTokens = (long) options.batchSize() * options.context();
        return TrainingModel.load(start, learning, options.seed(), batchTokens, threads);
    }

    private void check() throws IOException {
        if (start.isIn(folder)) {
            throw new IllegalArgumentException(
                    "found " + folder + ", which the model is read from; expected another folder for what it learns");
        }
        if (options.context() > start.config().positions()) {
            throw InvalidOptionException.value(
                    NamedOption.of("context"),
                    options.context(),
                    "at most ",
                    start.config().positions(),
                    ", that of ",
                    start.name());
        }
        corpus.check(options.context(), start.config().vocabularySize());
    }

    private LearnedModel learned() {
        return new LearnedModel(start, learning, folder);
    }

    private Map<String, String> conditions() {
        Map<String, String> conditions = options.conditions();
        conditions.put("dropout", String.valueOf(learning.dropout()));
        conditions.put("freezeLayers", String.valueOf(learning.frozenLayers()));
        conditions.put("loraRank", String.valueOf(learning.adapterRank()));
        conditions.put("loraAlpha", String.valueOf(learning.adapterAlpha()));
        conditions.put("model", start.config().toString());
        conditions.put("text", corpus.digest());
        return conditions;
    }
}
