package io.github.gpt2djl.internal.checkpoint;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.checkpoint.Adapter;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import io.github.gpt2djl.internal.files.BoundedFile;
import io.github.gpt2djl.internal.files.DataFile;
import io.github.gpt2djl.internal.files.Safetensors;
import io.github.gpt2djl.internal.files.ShardedTensors;
import io.github.gpt2djl.internal.files.TensorBundle;
import io.github.gpt2djl.internal.files.TorchArchive;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the files of a checkpoint in a folder, and decides which files are read in which format. */
public final class CheckpointFolder {
    private static final long MOST_CONFIG = 4_000_000;
    private static final String WHOLE = "tokenizer.json";
    private static final String MERGES = "merges.txt";
    /** The file that a class of transformers without a tokenizers backend reads, even if there is a tokenizer.json. */
    private static final String PYTHON_ONLY = "spiece.model";

    private CheckpointFolder() {}

    public static Checkpoint open(Path folder) throws IOException {
        if (Files.notExists(folder)) {
            throw new NoSuchFileException(folder + ": no such folder, expected one with config.json,"
                    + " model.safetensors and tokenizer.json");
        }
        if (!Files.isDirectory(folder)) {
            throw new NotDirectoryException(folder + ": a file, expected the folder that holds config.json,"
                    + " model.safetensors and tokenizer.json");
        }
        if (Adapter.isIn(folder)) {
            throw new MalformedCheckpointException(
                    folder.toString(),
                    "holds an adapter (adapter_config.json), expected a whole model; Gpt2.load and the command convert"
                            + " add it to its base");
        }
        if (Files.exists(folder.resolve("hparams.json")) && Files.notExists(folder.resolve("config.json"))) {
            return openAi(folder);
        }
        Path config = required(folder, Checkpoint.CONFIG);
        String text = BoundedFile.text(config, MOST_CONFIG);
        ModelConfig parsed = ConfigReader.parse(config.toString(), text);
        Map<String, String> settings = texts(folder, List.of(Checkpoint.GENERATION_CONFIG), MOST_CONFIG);
        settings.put(Checkpoint.CONFIG, text);
        TokenizerFiles tokenizer = tokenizer(folder, mostTokenizer(parsed), text);
        return new Checkpoint(folder.toString(), parsed, weights(folder, parsed), tokenizer, settings);
    }

    /** Opens OpenAI's original release: other names for the same files, and a TensorFlow checkpoint. */
    private static Checkpoint openAi(Path folder) throws IOException {
        Path hparams = folder.resolve("hparams.json");
        ModelConfig config = ConfigReader.parseOpenAi(hparams.toString(), BoundedFile.text(hparams, MOST_CONFIG));
        long most = mostTokenizer(config);
        Path encoder = required(folder, "encoder.json");
        TokenizerFiles tokenizer = new TokenizerFiles(
                encoder.toString(),
                BoundedFile.text(encoder, most),
                BoundedFile.text(required(folder, "vocab.bpe"), most));
        TensorFile tensors = TensorBundle.read(
                required(folder, "model.ckpt.index"), required(folder, "model.ckpt.data-00000-of-00001"));
        return new Checkpoint(folder.toString(), config, tensors, tokenizer);
    }

    /**
     * Reads the tokenizer's files in a folder, or returns null if there are none.
     *
     * @param config the text of the folder's config.json if that has been read, or null
     */
    public static @Nullable TokenizerFiles tokenizer(Path folder, long most, @Nullable String config)
            throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        if (Files.exists(folder.resolve(WHOLE))) {
            put(files, folder, WHOLE, most);
            // One class reads spiece.model instead of tokenizer.json. vocab.txt only tells whether it contradicts
            // tokenizer.json.
            for (String name : List.of(PYTHON_ONLY, "vocab.txt")) {
                try {
                    put(files, folder, name, most);
                } catch (MalformedCheckpointException e) {
                    // A class that reads the file reports that the file is missing.
                    files.remove(name);
                }
            }
        } else {
            for (String name : Checkpoint.VOCABULARIES) {
                put(files, folder, name, most);
            }
        }
        if (files.isEmpty() || files.keySet().equals(Set.of(MERGES))) {
            return null;
        }
        if (files.keySet().equals(Set.of("vocab.json"))) {
            throw missing(folder.resolve(MERGES));
        }
        for (String name : Checkpoint.BESIDE_TOKENIZER) {
            put(files, folder, name, most);
        }
        // config.json may name the tokenizer's class.
        if (config == null) {
            put(files, folder, Checkpoint.CONFIG, most);
        } else {
            files.put(Checkpoint.CONFIG, config.getBytes(StandardCharsets.UTF_8));
        }
        String path = folder.resolve(WHOLE).toString();
        return new TokenizerFiles(path.substring(0, path.length() - WHOLE.length()), files);
    }

    private static void put(Map<String, byte[]> files, Path folder, String name, long most) throws IOException {
        Path file = folder.resolve(name);
        if (Files.exists(file)) {
            files.put(
                    name,
                    name.endsWith(".model")
                            ? BoundedFile.bytes(file, most)
                            : BoundedFile.text(file, most).getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Reads the files that exist. */
    private static Map<String, String> texts(Path folder, List<String> names, long most) throws IOException {
        Map<String, String> texts = new LinkedHashMap<>();
        for (String name : names) {
            if (Files.exists(folder.resolve(name))) {
                texts.put(name, BoundedFile.text(folder.resolve(name), most));
            }
        }
        return texts;
    }

    /** Opens the weights under their published names. */
    private static TensorFile weights(Path folder, ModelConfig config) throws IOException {
        TensorFile stored = weights(folder);
        try {
            return TensorNames.published(stored, config);
        } catch (IOException | RuntimeException e) {
            stored.close();
            throw e;
        }
    }

    /** Opens the first of {@link Checkpoint#WEIGHTS} that exists. */
    private static TensorFile weights(Path folder) throws IOException {
        Path safetensors = folder.resolve(Checkpoint.WEIGHTS.get(0));
        Path safetensorsIndex = folder.resolve(Checkpoint.WEIGHTS.get(1));
        Path torch = folder.resolve(Checkpoint.WEIGHTS.get(2));
        Path torchIndex = folder.resolve(Checkpoint.WEIGHTS.get(3));
        if (Files.exists(safetensors)) {
            return Safetensors.read(DataFile.open(safetensors));
        }
        if (Files.exists(safetensorsIndex)) {
            return ShardedTensors.read(safetensorsIndex, file -> Safetensors.read(DataFile.open(file)));
        }
        if (Files.exists(torch)) {
            return TorchArchive.read(torch);
        }
        if (Files.exists(torchIndex)) {
            return ShardedTensors.read(torchIndex, TorchArchive::read);
        }
        throw missing(safetensors);
    }

    private static Path required(Path folder, String file) throws NoSuchFileException {
        Path path = folder.resolve(file);
        if (!Files.exists(path)) {
            throw missing(path);
        }
        return path;
    }

    private static NoSuchFileException missing(Path path) {
        return new NoSuchFileException(path + ": the file is missing, expected config.json, model.safetensors (or"
                + " pytorch_model.bin) and tokenizer.json (or vocab.json and merges.txt, or vocab.txt, or spiece.model) in the folder; or, as"
                + " OpenAI published, hparams.json, encoder.json, vocab.bpe, model.ckpt.index and"
                + " model.ckpt.data-00000-of-00001");
    }

    /** Returns the size limit. GPT-2's tokenizer.json has 27 bytes per token, or 70 if each merge takes four lines. */
    private static long mostTokenizer(ModelConfig config) {
        return 4_000_000 + 256L * config.vocabularySize();
    }
}
