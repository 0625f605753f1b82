package io.github.gpt2djl.internal.files;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import io.github.gpt2djl.internal.json.JsonText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint that is split into several files, with an index that names each tensor's file:
 * {@code {"weight_map": {"wte.weight": "model-00001-of-00002.safetensors", …}}}.
 *
 * <pre>{@code
 * Set<String> files = ShardedTensors.files(folder.resolve("model.safetensors.index.json"));
 * System.out.println(files);
 * }</pre>
 */
public final class ShardedTensors implements TensorFile {
    /**
     * The maximum size of an index. A model of a hundred layers has a few thousand tensors, with a line of 100 bytes
     * for each.
     */
    private static final long MOST_INDEX = 16_000_000;

    private final String name;
    private final Map<String, TensorFile> byTensor;
    private final List<TensorFile> files;

    private ShardedTensors(String name, Map<String, TensorFile> byTensor, List<TensorFile> files) {
        this.name = name;
        this.byTensor = byTensor;
        this.files = files;
    }

    /** Opens one file of tensors. */
    public interface Opener {
        TensorFile open(Path file) throws IOException;
    }

    /**
     * Opens the index and every file that it names, and finds all tensors of these files, as transformers does. If
     * several files hold a tensor, the tensor of the last file counts.
     *
     * @throws MalformedCheckpointException if the index is malformed or names a file outside its folder
     * @throws NoSuchFileException if a file is missing
     */
    public static ShardedTensors read(Path index, Opener opener) throws IOException {
        List<TensorFile> files = new ArrayList<>();
        Map<String, TensorFile> byTensor = new LinkedHashMap<>();
        try {
            for (String name : files(index)) {
                TensorFile file = opener.open(below(index, name));
                files.add(file);
                for (String tensor : file.names()) {
                    byTensor.put(tensor, file);
                }
            }
            return new ShardedTensors(index.toString(), byTensor, List.copyOf(files));
        } catch (IOException | RuntimeException e) {
            for (TensorFile file : files) {
                file.close();
            }
            throw e;
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public @Nullable TensorInfo find(String tensor) {
        TensorFile file = byTensor.get(tensor);
        return file == null ? null : file.find(tensor);
    }

    @Override
    public List<String> names() {
        return List.copyOf(byTensor.keySet());
    }

    @Override
    public boolean isSame(TensorInfo one, TensorInfo other) {
        TensorFile file = byTensor.get(one.name());
        return file != null && file == byTensor.get(other.name()) && file.isSame(one, other);
    }

    @Override
    public void read(TensorInfo tensor, ByteBuffer buffer, Pieces pieces) throws IOException {
        TensorFile file = byTensor.get(tensor.name());
        if (file == null) {
            throw new IllegalArgumentException(tensor + " is not a tensor of " + name);
        }
        file.read(tensor, buffer, pieces);
    }

    @Override
    public void close() throws IOException {
        for (TensorFile file : files) {
            file.close();
        }
    }

    /**
     * Reads the names of the files from an index.
     *
     * @param index {@code model.safetensors.index.json} or {@code pytorch_model.bin.index.json}
     * @return the names as the index has them, sorted; not checked
     * @throws MalformedCheckpointException if the index is malformed
     * @throws IOException if the index cannot be read
     */
    public static Set<String> files(Path index) throws IOException {
        Set<String> files = new TreeSet<>();
        for (JsonElement file : weightMap(index).asMap().values()) {
            files.add(file.getAsString());
        }
        return files;
    }

    private static JsonObject weightMap(Path index) throws IOException {
        try {
            JsonObject map =
                    JsonText.object(BoundedFile.text(index, MOST_INDEX)).getAsJsonObject("weight_map");
            if (map != null && !map.isEmpty() && map.asMap().values().stream().allMatch(JsonElement::isJsonPrimitive)) {
                return map;
            }
        } catch (JsonParseException | ClassCastException e) {
            throw new MalformedCheckpointException(index.toString(), "expected {\"weight_map\": {tensor: file}}", e);
        }
        throw new MalformedCheckpointException(index.toString(), "expected {\"weight_map\": {tensor: file}}");
    }

    /** Finds a file of the index. Rejects names that leave the folder. */
    private static Path below(Path index, String file) throws IOException {
        if (!file.matches("[^/\\\\:\\p{Cntrl}]+(/[^/\\\\:\\p{Cntrl}]+)*")
                || Arrays.stream(file.split("/", -1)).anyMatch(part -> part.equals("..") || part.equals("."))) {
            throw new MalformedCheckpointException(
                    index.toString(), "weight_map names the file \"" + file + "\", expected one in the index's folder");
        }
        Path path = index.resolveSibling(file);
        if (!Files.exists(path)) {
            throw new NoSuchFileException(path + ": the file is missing, and " + index.getFileName() + " names it");
        }
        return path;
    }
}
