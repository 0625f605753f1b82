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
 * Trains a model on a text, and keeps the model with the lowest validation loss in a folder.
 *
 * <p>Interrupting the thread ends a training after the current step and saves it, as {@link TrainingListener#isStopped}
 * does.
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
 * @param start the model to train, or the base of an adapter; closed by the caller
 * @param learning the weights that are trained
 * @param corpus the ids to train on
 * @param options the hyperparameters
 * @param folder the folder for the published files of the best model so far, or of an adapter in PEFT's format; its
 *     subfolder {@code training} holds the state of the training
 * @param threads number of threads of one native operation; 0: one thread per core
 */
public record Trainer(
        Checkpoint start, Learning learning, Corpus corpus, TrainingOptions options, Path folder, int threads) {

    /**
     * Starts a training.
     *
     * @param listener a listener, called on this thread
     * @return the record of the training
     * @throws IllegalArgumentException if an option does not fit the model or the corpus
     * @throws IllegalStateException if the loss becomes NaN or infinite
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
     * Resumes an interrupted training with the rows and the dropout that it would have had without the interruption.
     *
     * @param listener a listener, called on this thread
     * @return the record of the whole training
     * @throws IllegalArgumentException if the model, the corpus or an option that the training depends on has changed
     * @throws IllegalStateException if the loss becomes NaN or infinite
     * @throws IOException if files cannot be read or written, or there is no training to resume
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
