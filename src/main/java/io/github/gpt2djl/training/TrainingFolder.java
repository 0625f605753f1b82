package io.github.gpt2djl.training;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.NamedOption;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import io.github.gpt2djl.internal.files.SafetensorsWriter;
import io.github.gpt2djl.internal.files.WholeFile;
import io.github.gpt2djl.internal.json.JsonText;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Objects;

/**
 * The state of a training, for resuming it, in the folder {@code training} next to the model's files: training.json and
 * the tensors of the step in it. From the first save on, both exist and match whenever the process ends.
 */
final class TrainingFolder implements AutoCloseable {
    private static final Gson JSON = new Gson();

    /** A pattern for the unfinished model files that a kill -9 during a save leaves behind. */
    private static final String UNFINISHED =
            ".{model.safetensors,config.json,tokenizer.json,vocab.json,merges.txt,adapter_*,README.md}.*.part";

    private static final String JSON_NAME = "training.json";

    private final Path model;
    private final Path folder;
    private final Path json;
    private final FileChannel lock;

    /** Locks the folder for this process until {@link #close}. */
    private TrainingFolder(Path model, Path folder) throws IOException {
        this.model = model;
        this.folder = folder;
        json = folder.resolve(JSON_NAME);
        lock = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (!isLocked(lock)) {
            lock.close();
            throw new IOException(folder + ": another training runs there; wait for its end, or take another folder");
        }
    }

    /**
     * Opens the folder for a new training.
     *
     * @param model the folder of the model's files
     * @throws FileAlreadyExistsException if the folder holds a training
     * @throws IOException if a training runs in the folder
     */
    static TrainingFolder begin(Path model) throws IOException {
        Path folder = model.resolve("training");
        Path json = folder.resolve(JSON_NAME);
        if (Files.exists(json)) {
            throw new FileAlreadyExistsException(
                    json + ": a training was begun here; resume it, take another folder, or delete " + folder);
        }
        Files.createDirectories(folder);
        return new TrainingFolder(model, folder);
    }

    /**
     * Opens the folder for a training that is resumed.
     *
     * @throws FileNotFoundException if the folder holds no saved training
     * @throws IOException if a training runs in the folder
     */
    static TrainingFolder resume(Path model) throws IOException {
        Path folder = model.resolve("training");
        Path json = folder.resolve(JSON_NAME);
        if (Files.notExists(json)) {
            throw new FileNotFoundException(
                    json + ": no such file; nothing was saved that a training could go on from, so begin it anew");
        }
        return new TrainingFolder(model, folder);
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            // Locked by this process.
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }

    /**
     * Reads the record of the saved training.
     *
     * @param conditions the conditions of the resumed training
     * @throws IllegalArgumentException if the saved training had other conditions
     */
    TrainingRecord read(Map<String, String> conditions) throws IOException {
        TrainingRecord record = parse(Files.readString(json));
        conditions.forEach((name, value) -> {
            String before = record.conditions().get(name);
            if (!value.equals(before)) {
                NamedOption option = NamedOption.of(name);
                throw InvalidOptionException.of(option, value, option, " is ", value)
                        .expecting(
                                Objects.requireNonNullElse(before, "none"),
                                ", with which the training in ",
                                folder,
                                " was begun");
            }
        });
        return record;
    }

    private TrainingRecord parse(String text) throws MalformedCheckpointException {
        try {
            TrainingRecord record = JSON.fromJson(JsonText.parse(text), TrainingRecord.class);
            if (record != null && record.conditions() != null && record.curve() != null) {
                return record;
            }
        } catch (JsonParseException e) {
            throw new MalformedCheckpointException(json.toString(), "not the JSON of a training", e);
        }
        throw new MalformedCheckpointException(json.toString(), "expected the conditions and the curve of a training");
    }

    /** Returns the file of a record's tensors. */
    Path tensors(TrainingRecord record) {
        return folder.resolve("step-" + record.step() + ".safetensors");
    }

    /** Saves the tensors first: the previous ones are kept until training.json names the new ones. */
    void save(TrainingRecord record, TensorFile state) throws IOException {
        Path tensors = tensors(record);
        SafetensorsWriter.write(tensors, state, DType.F32, Map.of());
        WholeFile.write(json, JsonText.pretty(record));
        delete(folder, "{step-*.safetensors,.*.part}", tensors);
        delete(model, UNFINISHED, tensors);
    }

    private static void delete(Path folder, String pattern, Path except) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, pattern)) {
            for (Path file : files) {
                if (!file.equals(except)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
