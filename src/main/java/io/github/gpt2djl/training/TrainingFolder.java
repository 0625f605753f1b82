package io.github.gpt2djl.training;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import io.github.gpt2djl.checkpoint.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.SafetensorsWriter;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import io.github.gpt2djl.checkpoint.WholeFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a training needs to go on, in the folder {@code training} beside the model's files: training.json and the tensors
 * of the step that it tells. Whenever the process ends, both are there and belong together, from the first save on.
 */
final class TrainingFolder {
    private static final Gson JSON = new GsonBuilder().setPrettyPrinting().create();

    private final Path folder;
    private final Path json;

    /** @param model the folder of the model that is trained */
    TrainingFolder(Path model) {
        folder = model.resolve("training");
        json = folder.resolve("training.json");
    }

    /**
     * For a new training.
     *
     * @throws FileAlreadyExistsException if there is one already
     */
    void begin() throws IOException {
        if (Files.exists(json)) {
            throw new FileAlreadyExistsException(
                    json + ": a training was begun here; resume it, take another" + " folder, or delete " + folder);
        }
        Files.createDirectories(folder);
    }

    /**
     * For one that goes on.
     *
     * @param conditions under which it is to
     * @throws IllegalArgumentException if it was begun under others
     */
    TrainingRecord read(Map<String, String> conditions) throws IOException {
        if (Files.notExists(json)) {
            throw new FileNotFoundException(
                    json + ": no such file; nothing was saved that a training could go on from," + " so begin it anew");
        }
        TrainingRecord record = parse(Files.readString(json));
        conditions.forEach((name, value) -> {
            String before = record.conditions().get(name);
            if (!value.equals(before)) {
                throw new IllegalArgumentException(name + " is " + value + ", but the training in " + folder
                        + " was begun with " + before + "; expected the same");
            }
        });
        return record;
    }

    private TrainingRecord parse(String text) throws MalformedCheckpointException {
        try {
            TrainingRecord record = JSON.fromJson(text, TrainingRecord.class);
            if (record != null && record.conditions() != null && record.curve() != null) {
                return record;
            }
        } catch (JsonParseException e) {
            throw new MalformedCheckpointException(json.toString(), "not the JSON of a training", e);
        }
        throw new MalformedCheckpointException(json.toString(), "expected the conditions and the curve of a training");
    }

    /** The tensors that belong to a record. */
    Path tensors(TrainingRecord record) {
        return folder.resolve("step-" + record.step() + ".safetensors");
    }

    /** The tensors first: until training.json tells of them, those before are there. */
    void save(TrainingRecord record, TensorFile state) throws IOException {
        Path tensors = tensors(record);
        SafetensorsWriter.write(tensors, state, DType.F32, Map.of());
        WholeFile.write(json, JSON.toJson(record) + "\n");
        try (DirectoryStream<Path> others = Files.newDirectoryStream(folder, "{step-*.safetensors,.*.part}")) {
            for (Path other : others) {
                if (!other.equals(tensors)) {
                    Files.deleteIfExists(other);
                }
            }
        }
    }
}
