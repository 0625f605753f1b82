package io.github.gpt2djl.checkpoint;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import io.github.gpt2djl.internal.checkpoint.CheckpointFolder;
import io.github.gpt2djl.internal.checkpoint.CheckpointWriter;
import io.github.gpt2djl.internal.checkpoint.ConfigReader;
import io.github.gpt2djl.internal.checkpoint.ConfigWriter;
import io.github.gpt2djl.internal.files.DataFile;
import io.github.gpt2djl.internal.files.Safetensors;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An opened checkpoint in the published layout: config.json, model.safetensors and a tokenizer.
 *
 * <pre>{@code
 * try (Checkpoint checkpoint = Checkpoint.open(folder)) {
 *     System.out.println(checkpoint.config().layers() + " layers");
 *     System.out.println(checkpoint.tensors().names().size() + " tensors");
 * }
 * }</pre>
 *
 * @param name the folder, or the shipped model's name
 * @param config the architecture
 * @param tensors the weights, opened
 * @param tokenizer the tokenizer's files, or null if the checkpoint has none
 * @param settings the texts of config.json and generation_config.json by file name, if the checkpoint has them
 */
public record Checkpoint(
        String name,
        ModelConfig config,
        TensorFile tensors,
        @Nullable TokenizerFiles tokenizer,
        Map<String, String> settings)
        implements Closeable {

    /** The files with the weights, the preferred first: safetensors before pickles, whole before sharded. */
    public static final List<String> WEIGHTS = List.of(
            "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json");

    /** The file with the architecture. */
    public static final String CONFIG = "config.json";

    /** The file with the model's own defaults of generation. */
    public static final String GENERATION_CONFIG = "generation_config.json";

    /** The files that hold a vocabulary; merges.txt belongs to vocab.json. */
    public static final List<String> VOCABULARIES = List.of(
            "tokenizer.json",
            "vocab.json",
            "merges.txt",
            "vocab.txt",
            "tokenizer.model",
            "spiece.model",
            "sentencepiece.bpe.model");

    /** The accompanying files that transformers reads with the vocabulary. */
    public static final List<String> BESIDE_TOKENIZER =
            List.of("tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "chat_template.jinja");

    /**
     * Copies the map.
     *
     * @param name the folder, or the shipped model's name
     * @param config the architecture
     * @param tensors the weights, opened
     * @param tokenizer the tokenizer's files, or null
     * @param settings copied
     */
    public Checkpoint {
        settings = Map.copyOf(settings);
    }

    /**
     * Creates a checkpoint from its parts instead of files.
     *
     * @param name the name for messages
     * @param config the architecture
     * @param tensors the weights, opened
     * @param tokenizer the tokenizer's files, or null
     */
    public Checkpoint(String name, ModelConfig config, TensorFile tensors, @Nullable TokenizerFiles tokenizer) {
        this(name, config, tensors, tokenizer, Map.of());
    }

    /**
     * Opens a folder.
     *
     * @param folder a folder in the published layout, or with OpenAI's original files
     * @return the checkpoint, to be closed
     * @throws MalformedCheckpointException if a file violates its format
     * @throws IOException if a file is missing or cannot be read
     */
    public static Checkpoint open(Path folder) throws IOException {
        return CheckpointFolder.open(folder);
    }

    /**
     * Opens a model in the jar.
     *
     * @param name the model's folder in the jar
     * @return the checkpoint, to be closed
     * @throws IOException if the jar lacks it
     */
    public static Checkpoint shipped(String name) throws IOException {
        String folder = "/io/github/gpt2djl/models/" + name + "/";
        String text = resourceText(folder + CONFIG);
        ModelConfig config = ConfigReader.parse(folder + CONFIG, text);
        String tokenizer = resourceText(folder + "tokenizer.json");
        try (InputStream in = resource(folder + "model.safetensors")) {
            TensorFile tensors = Safetensors.read(DataFile.inMemory(folder + "model.safetensors", in));
            TokenizerFiles files = new TokenizerFiles(folder + "tokenizer.json", tokenizer, null);
            return new Checkpoint(name, config, tensors, files, Map.of(CONFIG, text));
        }
    }

    /**
     * Returns the architecture of a model in the jar.
     *
     * @param name the model's folder in the jar
     * @return the architecture
     * @throws IOException if the jar lacks it
     */
    public static ModelConfig shippedConfig(String name) throws IOException {
        String file = "/io/github/gpt2djl/models/" + name + "/config.json";
        return ConfigReader.parse(file, resourceText(file));
    }

    /**
     * Writes the model in the published layout, as {@link #save(Path, DType, SaveProgress)}.
     *
     * @param folder a folder, created if it does not exist
     * @param dtype F32, F16 or BF16
     * @throws IllegalArgumentException as {@link #save(Path, DType, double, double, SaveProgress)}
     * @throws IOException as {@link #save(Path, DType, double, double, SaveProgress)}
     */
    public void save(Path folder, DType dtype) throws IOException {
        save(folder, dtype, SaveProgress.NONE);
    }

    /**
     * Writes the model in the published layout, as {@link #save(Path, DType, double, double, SaveProgress)},
     * with the dropout of its config.json, or the published models' 0.1.
     *
     * @param folder a folder, created if it does not exist
     * @param dtype F32, F16 or BF16
     * @param progress a listener, called while model.safetensors is written
     * @throws IllegalArgumentException as {@link #save(Path, DType, double, double, SaveProgress)}
     * @throws IOException as {@link #save(Path, DType, double, double, SaveProgress)}
     */
    public void save(Path folder, DType dtype, SaveProgress progress) throws IOException {
        CheckpointWriter.write(this, folder, dtype, null, progress);
    }

    /**
     * Writes the model in the published layout: config.json, the tokenizer's files, and model.safetensors last. Each
     * file appears only once it is complete, and replaces a file of the same name.
     *
     * <p>A tied head is stored once; attention masks, which some files hold, are left out. Keys of the model's
     * config.json that this library does not know are kept.
     *
     * @param folder a folder, created if it does not exist; not the one that this model is read from
     * @param dtype F32, F16 or BF16; the weights are rounded to it
     * @param dropout the dropout of the model's training, 0 to below 1, for config.json
     * @param attentionDropout the dropout of attention, 0 to below 1, for config.json
     * @param progress a listener, called while model.safetensors is written
     * @throws IllegalArgumentException if the folder is the model's own, or holds a tokenizer or an adapter that would
     *     be loaded instead, if a weight is beyond the range of {@code dtype}, or if a dropout is out of range
     * @throws IOException if a file cannot be read or written; if the disk is full, the message says how much is needed
     */
    public void save(Path folder, DType dtype, double dropout, double attentionDropout, SaveProgress progress)
            throws IOException {
        CheckpointWriter.write(this, folder, dtype, new ConfigWriter.Dropout(dropout, attentionDropout), progress);
    }

    /**
     * Tells whether the weights are read from a file in a folder.
     *
     * @param folder any folder
     * @return whether the folder holds the file
     * @throws IOException if the folder cannot be accessed
     */
    public boolean isIn(Path folder) throws IOException {
        // The name of a model in the jar or in memory is not that of a file.
        Path source = Path.of(tensors.name()).toAbsolutePath();
        return Files.exists(source) && Files.exists(folder) && Files.isSameFile(source.getParent(), folder);
    }

    @Override
    public void close() throws IOException {
        tensors.close();
    }

    private static InputStream resource(String path) throws IOException {
        InputStream in = Checkpoint.class.getResourceAsStream(path);
        if (in == null) {
            throw new NoSuchFileException(path + ": not in the jar; build it again");
        }
        return in;
    }

    private static String resourceText(String path) throws IOException {
        try (InputStream in = resource(path)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
