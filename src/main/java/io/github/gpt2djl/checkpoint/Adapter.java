package io.github.gpt2djl.checkpoint;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig;
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
 * adapter_model.safetensors}. An adapted layer has two small matrices, A [rank, in] and B [out, rank]; scale · B·A is
 * added to the layer's weight.
 *
 * <pre>{@code
 * try (Checkpoint adapted = Adapter.open(folder).on(ModelSource.local().open("gpt2"))) {
 *     adapted.save(folder.resolveSibling("merged"), TensorInfo.DType.F32);
 * }
 * }</pre>
 *
 * @param name the folder
 * @param config the adapter's configuration
 * @param tensors the matrices and the adapter's other tensors, by PEFT's names ({@link #tensor}), opened
 * @param tokenizer the files of the adapter's tokenizer, or null if it uses that of the base
 */
public record Adapter(
        String name,
        AdapterConfig config,
        TensorFile tensors,
        @Nullable TokenizerFiles tokenizer) implements Closeable {
    private static final String CONFIG = "adapter_config.json";
    private static final String WEIGHTS = "adapter_model.safetensors";
    /** PEFT's own configurations have about a thousand bytes. */
    private static final long MAX_CONFIG_BYTES = 1_000_000;
    /** GPT-2's tokenizer has 3 million bytes. */
    private static final long MAX_TOKENIZER_BYTES = 64_000_000;

    /**
     * Creates an adapter without a tokenizer of its own.
     *
     * @param name the folder
     * @param config the adapter's configuration
     * @param tensors the matrices, opened
     */
    public Adapter(String name, AdapterConfig config, TensorFile tensors) {
        this(name, config, tensors, null);
    }

    /** One of the two matrices of a layer. */
    public enum Matrix {
        /** A [rank, in], which multiplies the input. */
        A,
        /** B [out, rank], which multiplies the product of A. */
        B
    }

    /**
     * Tells whether a folder holds an adapter, whose weights are to be added to a base model's.
     *
     * @param folder any folder
     * @return whether the folder has an adapter_config.json
     */
    public static boolean isIn(Path folder) {
        return Files.exists(folder.resolve(CONFIG));
    }

    /**
     * Returns the name of a tensor in PEFT's files.
     *
     * @param module the layer, such as {@code h.0.attn.c_attn}
     * @param matrix one of the layer's two matrices
     * @return the name, such as {@code base_model.model.transformer.h.0.attn.c_attn.lora_A.weight}
     */
    public static String tensor(String module, Matrix matrix) {
        return "base_model.model.transformer." + module + ".lora_" + matrix + ".weight";
    }

    /**
     * Opens a folder.
     *
     * @param folder a folder with adapter_config.json and adapter_model.safetensors or adapter_model.bin
     * @return the adapter, to be closed
     * @throws MalformedCheckpointException if a file violates its format, or this library does not support the kind of
     *     adapter; the message names the key
     * @throws IOException if a file is missing or cannot be read
     */
    public static Adapter open(Path folder) throws IOException {
        Path file = folder.resolve(CONFIG);
        AdapterConfig config = AdapterJson.parse(file.toString(), BoundedFile.text(file, MAX_CONFIG_BYTES));
        TokenizerFiles tokenizer = CheckpointFolder.tokenizer(folder, MAX_TOKENIZER_BYTES, null);
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
     * Merges the adapter into a base model. The result owns the adapter and the base: closing it closes both, and so
     * does a failure of this method.
     *
     * <p>Supports the products of the matrices (LoRA, rsLoRA), magnitudes (DoRA), biases, layers that are stored whole,
     * embeddings of single ids, and a resized vocabulary. If the base's head is its embedding table and only one of
     * them is changed, the result has a separate head.
     *
     * @param base a GPT, GPT-2, OPT or GPT-Neo
     * @return the merged model. Its weights are computed when they are read; changed weights are F32. Its tokenizer is
     *     the adapter's, if there is one
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
     * Writes an adapter in PEFT's format, the configuration first. Each file appears only once it is complete.
     *
     * @param folder a folder, created if it does not exist
     * @param config the configuration; PEFT resolves a relative path of the base against the current directory
     * @param base the architecture of the base
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
