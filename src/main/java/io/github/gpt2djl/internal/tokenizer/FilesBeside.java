package io.github.gpt2djl.internal.tokenizer;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import io.github.gpt2djl.internal.json.StrictJson;

/**
 * The files beside a vocabulary.
 *
 * @param files their texts
 */
record FilesBeside(TokenizerFiles files) {
    boolean has(String file) {
        return files.files().containsKey(file);
    }

    /** The object in a file; an empty one where there is no such file. */
    StrictJson part(String file) throws MalformedCheckpointException {
        String name = files.folder() + file;
        String text = files.text(file);
        return StrictJson.read(name, text == null ? "{}" : text, "expected an object in JSON");
    }
}
