package io.github.gpt2djl.checkpoint;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.checkpoint.TokenizerTexts;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files of a tokenizer: tokenizer.json, or vocab.json with merges.txt, or vocab.txt, or a SentencePiece model,
 * and the accompanying files.
 *
 * <pre>{@code
 * TokenizerFiles files = Checkpoint.shipped("shakespeare").tokenizer();
 * System.out.println(files.text("merges.txt")); // null
 * }</pre>
 *
 * @param folder the folder for messages, with a trailing separator; may be empty
 * @param files the contents by name of the present files among {@link Checkpoint#VOCABULARIES}, {@link Checkpoint#BESIDE_TOKENIZER} and
 *     config.json
 */
public record TokenizerFiles(String folder, Map<String, byte[]> files) {
    /**
     * Copies the map.
     *
     * @param folder the folder for messages
     * @param files copied, except the arrays in it
     */
    public TokenizerFiles {
        files = Map.copyOf(files);
    }

    /**
     * Creates a tokenizer without accompanying files.
     *
     * @param name the file's name in messages
     * @param json tokenizer.json, or vocab.json if there are merges
     * @param merges merges.txt, or null
     */
    public TokenizerFiles(String name, String json, @Nullable String merges) {
        this(name, json, merges, Map.of());
    }

    /**
     * Creates a tokenizer of byte-pair encoding.
     *
     * @param name the file's name in messages
     * @param json tokenizer.json, or vocab.json if there are merges
     * @param merges merges.txt, or null
     * @param beside the texts of the accompanying files by name
     */
    public TokenizerFiles(String name, String json, @Nullable String merges, Map<String, String> beside) {
        this(
                name.substring(0, Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1),
                TokenizerTexts.files(json, merges, beside));
    }

    /**
     * Returns the text of a file.
     *
     * @param file the file's name, without the folder
     * @return the text, or null if there is no such file
     * @throws MalformedCheckpointException if the file is not UTF-8
     */
    public @Nullable String text(String file) throws MalformedCheckpointException {
        return TokenizerTexts.text(folder, file, files.get(file));
    }
}
