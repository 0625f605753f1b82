package io.github.gpt2djl.checkpoint;

import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

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
 * @param tensors the matrices by PEFT's names ({@link #tensor}), opened
 */
public record Adapter(String name, AdapterConfig config, TensorFile tensors) implements Closeable {
    private static final String CONFIG = "adapter_config.json";
    private static final String WEIGHTS = "adapter_model.safetensors";
    /** PEFT's own is a thousand bytes. */
    private static final long MOST_CONFIG = 1_000_000;

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
        AdapterConfig config = AdapterJson.parse(file.toString(), Checkpoint.text(file, MOST_CONFIG));
        Path safetensors = folder.resolve(WEIGHTS);
        Path pickle = folder.resolve("adapter_model.bin");
        if (Files.exists(safetensors)) {
            return new Adapter(folder.toString(), config, Safetensors.read(DataFile.open(safetensors)));
        }
        if (Files.exists(pickle)) {
            return new Adapter(folder.toString(), config, TorchArchive.read(pickle));
        }
        throw new NoSuchFileException(safetensors + ": the file is missing, and adapter_config.json is there");
    }

    /**
     * The base with the adapter's matrices added; takes over both, and closes them with the result, or on failure.
     *
     * @param base a GPT or GPT-2
     * @return the sum, computed as it is read: adapted weights are F32
     * @throws MalformedCheckpointException if the adapter does not fit the base
     * @throws IOException if closing fails
     */
    public Checkpoint on(Checkpoint base) throws IOException {
        try {
            return new Checkpoint(
                    name, base.config(), AdaptedTensors.of(this, base), base.tokenizer(), base.settings());
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
            new Adapter(folder.toString(), config, tensors).pairs(base);
        } catch (MalformedCheckpointException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        Files.createDirectories(folder);
        WholeFile.write(folder.resolve(CONFIG), AdapterJson.text(config));
        SafetensorsWriter.write(folder.resolve(WEIGHTS), tensors, DType.F32, Map.of());
    }

    /** A and B of a layer. */
    record Pair(TensorInfo a, TensorInfo b) {}

    /** The matrices by layer, like {@code h.0.attn.c_attn}; none is left. */
    Map<String, Pair> pairs(ModelConfig base) throws MalformedCheckpointException {
        if (base.architecture() == ModelConfig.Architecture.OPT) {
            throw new MalformedCheckpointException(
                    name, "the base is an OPT model, this library adapts only GPT and GPT-2");
        }
        Map<String, Pair> pairs = new LinkedHashMap<>();
        try {
            for (String module : config.modules(base.layers())) {
                long in = module.endsWith("mlp.c_proj") ? base.innerWidth() : base.width();
                long out = module.endsWith("c_attn")
                        ? 3L * base.width()
                        : module.endsWith("c_fc") ? base.innerWidth() : base.width();
                pairs.put(
                        module,
                        new Pair(
                                matrix(module, Matrix.A, config.rank(), in),
                                matrix(module, Matrix.B, out, config.rank())));
            }
        } catch (IllegalArgumentException e) {
            throw new MalformedCheckpointException(name, String.valueOf(e.getMessage()), e);
        }
        if (tensors.names().size() != 2 * pairs.size()) {
            String other = tensors.names().stream()
                    .filter(tensor -> pairs.values().stream()
                            .noneMatch(pair -> pair.a().name().equals(tensor)
                                    || pair.b().name().equals(tensor)))
                    .findFirst()
                    .orElse("");
            throw new MalformedCheckpointException(
                    tensors.name(),
                    "tensor " + other + " belongs to no layer that target_modules " + config.targetModules()
                            + " of adapter_config.json names");
        }
        return pairs;
    }

    private TensorInfo matrix(String module, Matrix matrix, long rows, long columns)
            throws MalformedCheckpointException {
        String stored = tensor(module, matrix);
        TensorInfo found = tensors.find(stored);
        if (found == null) {
            // Of an adapter for the model without its head.
            found = tensors.find(stored.replace("transformer.", ""));
        }
        if (found == null) {
            throw new MalformedCheckpointException(
                    tensors.name(),
                    "tensor " + stored + " is missing, and adapter_config.json has target_modules "
                            + config.targetModules());
        }
        if (!found.hasShape(rows, columns) || !Floats.isType(found.dtype())) {
            throw new MalformedCheckpointException(
                    tensors.name(),
                    "tensor " + found + ", expected F32, F16 or BF16 [" + rows + ", " + columns
                            + "] by the base and adapter_config.json's r " + config.rank());
        }
        return found;
    }

    @Override
    public void close() throws IOException {
        tensors.close();
    }
}
