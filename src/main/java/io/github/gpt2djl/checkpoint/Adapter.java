package io.github.gpt2djl.checkpoint;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.checkpoint.Checkpoint.TokenizerFiles;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import io.github.gpt2djl.internal.checkpoint.AdapterJson;
import io.github.gpt2djl.internal.checkpoint.AdapterParts;
import io.github.gpt2djl.internal.checkpoint.AdapterPlan;
import io.github.gpt2djl.internal.checkpoint.AdapterText;
import io.github.gpt2djl.internal.checkpoint.CheckpointFolder;
import io.github.gpt2djl.internal.files.BoundedFile;
import io.github.gpt2djl.internal.files.DataFile;
import io.github.gpt2djl.internal.files.Safetensors;
import io.github.gpt2djl.internal.files.SafetensorsWriter;
import io.github.gpt2djl.internal.files.TorchArchive;
import io.github.gpt2djl.internal.files.WholeFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A LoRA adapter (Hu et al. 2021) as PEFT stores it: {@code adapter_config.json} and {@code
 * adapter_model.safetensors}, with the small matrices A [rank, in] and B [out, rank] of each adapted layer, to whose
 * weight scale · B·A is added.
 *
 * <pre>{@code
 * try (Checkpoint adapted = Adapter.open(folder).on(ModelSource.local().open("gpt2"))) {
 *     adapted.save(folder.resolveSibling("merged"), TensorInfo.DType.F32);
 * }
 * }</pre>
 *
 * @param name the folder
 * @param config how the matrices are used
 * @param tensors the matrices and what else it changes, by PEFT's names ({@link #tensor}), opened
 * @param tokenizer the tokenizer's files that are stored with it, or null: the base's
 */
public record Adapter(
        String name,
        AdapterConfig config,
        TensorFile tensors,
        @Nullable TokenizerFiles tokenizer) implements Closeable {
    private static final String CONFIG = "adapter_config.json";
    private static final String WEIGHTS = "adapter_model.safetensors";
    /** PEFT's own is a thousand bytes. */
    private static final long MOST_CONFIG = 1_000_000;
    /** GPT-2's has 3 million. */
    private static final long MOST_TOKENIZER = 64_000_000;

    /**
     * An adapter without a tokenizer of its own.
     *
     * @param name the folder
     * @param config how the matrices are used
     * @param tensors the matrices, opened
     */
    public Adapter(String name, AdapterConfig config, TensorFile tensors) {
        this(name, config, tensors, null);
    }

    /** The two matrices of a layer. */
    public enum Matrix {
        /** [rank, in]: what the input is multiplied by. */
        A,
        /** [out, rank]: what A's result is multiplied by. */
        B
    }

    /**
     * Whether a folder holds an adapter, and its weights are to be added to another model's.
     *
     * @param folder any
     * @return whether adapter_config.json is there
     */
    public static boolean isIn(Path folder) {
        return Files.exists(folder.resolve(CONFIG));
    }

    /**
     * The name of a tensor in PEFT's files.
     *
     * @param module the layer, like {@code h.0.attn.c_attn}
     * @param matrix which of its two
     * @return like {@code base_model.model.transformer.h.0.attn.c_attn.lora_A.weight}
     */
    public static String tensor(String module, Matrix matrix) {
        return "base_model.model.transformer." + module + ".lora_" + matrix + ".weight";
    }

    /**
     * Opens a folder.
     *
     * @param folder with adapter_config.json and adapter_model.safetensors or adapter_model.bin
     * @return the adapter, to be closed
     * @throws MalformedCheckpointException if a file is not what its format says, or the adapter is of a kind that is
     *     not computed here; the message names the key
     * @throws IOException if a file is missing or cannot be read
     */
    public static Adapter open(Path folder) throws IOException {
        Path file = folder.resolve(CONFIG);
        AdapterConfig config = AdapterJson.parse(file.toString(), BoundedFile.text(file, MOST_CONFIG));
        TokenizerFiles tokenizer = CheckpointFolder.tokenizer(folder, MOST_TOKENIZER, null);
        return new Adapter(folder.toString(), config, weights(folder), tokenizer);
    }

    private static TensorFile weights(Path folder) throws IOException {
        Path safetensors = folder.resolve(WEIGHTS);
        Path pickle = folder.resolve("adapter_model.bin");
        if (Files.exists(safetensors)) {
            return Safetensors.read(DataFile.open(safetensors));
        }
        if (Files.exists(pickle)) {
            return TorchArchive.read(pickle);
        }
        throw new NoSuchFileException(safetensors + ": the file is missing, and adapter_config.json is there");
    }

    /**
     * The base with the adapter's changes; takes over both, and closes them with the result, or on failure.
     *
     * <p>What PEFT computes beside the base is added to its weights: the products of the matrices (LoRA, rsLoRA), their
     * magnitudes (DoRA), biases, layers that are stored whole, embeddings of single ids, and a resized vocabulary. A head
     * that was the embedding table is one of its own where only one of them is changed.
     *
     * @param base a GPT, GPT-2, OPT or GPT-Neo
     * @return the sum, computed as it is read: changed weights are F32; its tokenizer is the adapter's, if it has one
     * @throws MalformedCheckpointException if the adapter does not fit the base
     * @throws IOException if closing fails
     */
    public Checkpoint on(Checkpoint base) throws IOException {
        try {
            return AdapterPlan.on(this, base);
        } catch (IOException | RuntimeException e) {
            base.close();
            close();
            throw e;
        }
    }

    /**
     * Writes an adapter that PEFT reads, the configuration first; each file is there as a whole or not at all.
     *
     * @param folder made if it is not there
     * @param config whose base PEFT looks for, relative to where it runs
     * @param base the architecture of that base
     * @param tensors both matrices of each adapted layer, by the names of {@link #tensor}
     * @throws IllegalArgumentException if tensors are missing, superfluous or misshapen
     * @throws IOException if a file cannot be written
     */
    public static void write(Path folder, AdapterConfig config, ModelConfig base, TensorFile tensors)
            throws IOException {
        try {
            AdapterParts.of(new Adapter(folder.toString(), config, tensors), base);
        } catch (MalformedCheckpointException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        Files.createDirectories(folder);
        WholeFile.write(folder.resolve(CONFIG), AdapterText.of(config));
        SafetensorsWriter.write(folder.resolve(WEIGHTS), tensors, DType.F32, Map.of());
    }

    @Override
    public void close() throws IOException {
        tensors.close();
    }
}
