package io.github.gpt2djl.checkpoint;

import io.github.gpt2djl.checkpoint.Checkpoint.TokenizerFiles;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The files of a checkpoint in a folder: which of them are read, and as what. */
final class CheckpointFolder {
    private static final long MOST_CONFIG = 4_000_000;

    private CheckpointFolder() {}

    static Checkpoint open(Path folder) throws IOException {
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
        String text = text(config, MOST_CONFIG);
        ModelConfig parsed = ConfigReader.parse(config.toString(), text);
        Map<String, String> settings = texts(folder, List.of(Checkpoint.GENERATION_CONFIG), MOST_CONFIG);
        settings.put(Checkpoint.CONFIG, text);
        TokenizerFiles tokenizer = tokenizer(folder, mostTokenizer(parsed));
        return new Checkpoint(folder.toString(), parsed, weights(folder, parsed), tokenizer, settings);
    }

    /** OpenAI's original release: other names for the same files, and a TensorFlow checkpoint. */
    private static Checkpoint openAi(Path folder) throws IOException {
        Path hparams = folder.resolve("hparams.json");
        ModelConfig config = ConfigReader.parseOpenAi(hparams.toString(), text(hparams, MOST_CONFIG));
        long most = mostTokenizer(config);
        Path encoder = required(folder, "encoder.json");
        TokenizerFiles tokenizer =
                new TokenizerFiles(encoder.toString(), text(encoder, most), text(required(folder, "vocab.bpe"), most));
        TensorFile tensors = TensorBundle.read(
                required(folder, "model.ckpt.index"), required(folder, "model.ckpt.data-00000-of-00001"));
        return new Checkpoint(folder.toString(), config, tensors, tokenizer);
    }

    /** Those of a folder, or null. */
    static @Nullable TokenizerFiles tokenizer(Path folder, long most) throws IOException {
        Path whole = folder.resolve("tokenizer.json");
        Path vocabulary = folder.resolve("vocab.json");
        // config.json may name the tokenizer's class.
        List<String> beside = new ArrayList<>(Checkpoint.BESIDE_TOKENIZER);
        beside.add(Checkpoint.CONFIG);
        if (Files.exists(whole)) {
            return new TokenizerFiles(whole.toString(), text(whole, most), null, texts(folder, beside, most));
        }
        if (Files.exists(vocabulary)) {
            return new TokenizerFiles(
                    vocabulary.toString(),
                    text(vocabulary, most),
                    text(required(folder, "merges.txt"), most),
                    texts(folder, beside, most));
        }
        return null;
    }

    /** Those of the files that are there. */
    private static Map<String, String> texts(Path folder, List<String> names, long most) throws IOException {
        Map<String, String> texts = new LinkedHashMap<>();
        for (String name : names) {
            if (Files.exists(folder.resolve(name))) {
                texts.put(name, text(folder.resolve(name), most));
            }
        }
        return texts;
    }

    /** The weights under their published names. */
    private static TensorFile weights(Path folder, ModelConfig config) throws IOException {
        TensorFile stored = weights(folder);
        try {
            return TensorNames.published(stored, config);
        } catch (IOException | RuntimeException e) {
            stored.close();
            throw e;
        }
    }

    /** The first of {@link Checkpoint#WEIGHTS} that is there. */
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
                + " pytorch_model.bin) and tokenizer.json (or vocab.json and merges.txt) in the folder; or, as"
                + " OpenAI published, hparams.json, encoder.json, vocab.bpe, model.ckpt.index and"
                + " model.ckpt.data-00000-of-00001");
    }

    /** GPT-2's tokenizer.json has 27 bytes for a token, 70 where each merge takes four lines. */
    private static long mostTokenizer(ModelConfig config) {
        return 4_000_000 + 256L * config.vocabularySize();
    }

    /** The text of a file that is not far larger than it needs to be: JSON takes a multiple of it in memory. */
    static String text(Path file, long most) throws IOException {
        LfsPointer.reject(file);
        long size = Files.size(file);
        if (size > most) {
            throw new MalformedCheckpointException(file.toString(), "has " + size + " bytes, expected at most " + most);
        }
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new MalformedCheckpointException(file.toString(), "not UTF-8", e);
        }
    }
}
