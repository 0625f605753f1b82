package io.github.gpt2djl.internal.tokenizer;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import io.github.gpt2djl.internal.json.StrictJson;

/**
 * The other files in the folder of a vocabulary.
 *
 * @param files the texts of the files
 */
record FilesBeside(TokenizerFiles files) {
    boolean has(String file) {
        return files.files().containsKey(file);
    }

    /** Reads the object in a file. Returns an empty object if there is no such file. */
    StrictJson part(String file) throws MalformedCheckpointException {
        String name = files.folder() + file;
        String text = files.text(file);
        return StrictJson.read(name, text == null ? "{}" : text, "expected an object in JSON");
    }
}
