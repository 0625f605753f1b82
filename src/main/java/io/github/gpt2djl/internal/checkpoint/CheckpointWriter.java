package io.github.gpt2djl.internal.checkpoint;

import io.github.gpt2djl.checkpoint.Adapter;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.SaveProgress;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import io.github.gpt2djl.internal.files.SafetensorsWriter;
import io.github.gpt2djl.internal.files.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Writes a checkpoint in the published layout. */
public final class CheckpointWriter {
    private static final String HEAD = PublishedNames.HEAD;

    /** The attention mask of each layer, which transformers wrote in its early years. */
    private static final Pattern MASK =
            Pattern.compile("(transformer\\.)?h\\.\\d+\\.attn\\.(attention\\.)?(masked_)?bias");

    private CheckpointWriter() {}

    public static void write(
            Checkpoint checkpoint,
            Path folder,
            DType dtype,
            ConfigWriter.@Nullable Dropout dropout,
            SaveProgress progress)
            throws IOException {
        TensorFile tensors = checkpoint.tensors();
        List<String> names = new ArrayList<>(tensors.names());
        names.removeIf(name -> MASK.matcher(name).matches());
        boolean tied = TensorNames.isTied(checkpoint);
        if (tied) {
            names.remove(HEAD);
        }
        String config = ConfigWriter.json(
                checkpoint.config().withTiedHead(tied),
                dtype,
                dropout,
                checkpoint.settings().get(Checkpoint.CONFIG));
        check(checkpoint, folder);
        Files.createDirectories(folder);
        WholeFile.write(folder.resolve(Checkpoint.CONFIG), config);
        write(checkpoint.tokenizer(), folder);
        String generation = checkpoint.settings().get(Checkpoint.GENERATION_CONFIG);
        if (generation != null) {
            WholeFile.write(folder.resolve(Checkpoint.GENERATION_CONFIG), generation);
        }
        SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors, names, dtype, Map.of(), progress);
    }

    private static void check(Checkpoint checkpoint, Path folder) throws IOException {
        if (checkpoint.isIn(folder)) {
            throw new IllegalArgumentException(
                    "found " + folder + ", which the model is read from; expected another folder");
        }
        if (Adapter.isIn(folder)) {
            throw new IllegalArgumentException(folder + " holds an adapter (adapter_config.json), which would be taken"
                    + " instead of this model; take another folder");
        }
        checkTokenizer(checkpoint.tokenizer(), folder);
    }

    /**
     * Rejects a folder with files of another tokenizer, which would be read together with this model's files or instead
     * of them.
     */
    private static void checkTokenizer(@Nullable TokenizerFiles tokenizer, Path folder) {
        Set<String> own = tokenizer == null ? Set.of() : tokenizer.files().keySet();
        List<String> others = new ArrayList<>(Checkpoint.BESIDE_TOKENIZER);
        // Another vocabulary is ignored if there is a tokenizer.json.
        others.addAll(own.contains("tokenizer.json") ? List.of() : Checkpoint.VOCABULARIES);
        others.removeAll(own);
        for (String file : others) {
            if (Files.exists(folder.resolve(file))) {
                throw new IllegalArgumentException(folder + " holds the file " + file + ", which belongs to another"
                        + " tokenizer and would be read with this model; delete it, or take another folder");
            }
        }
    }

    private static void write(@Nullable TokenizerFiles tokenizer, Path folder) throws IOException {
        List<String> names = new ArrayList<>(Checkpoint.VOCABULARIES);
        names.addAll(Checkpoint.BESIDE_TOKENIZER);
        for (String name : names) {
            byte[] bytes = tokenizer == null ? null : tokenizer.files().get(name);
            if (bytes != null) {
                WholeFile.write(folder.resolve(name), bytes);
            }
        }
    }
}
