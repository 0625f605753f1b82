package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.Checkpoint.TokenizerFiles;

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
    Part part(String file) throws MalformedCheckpointException {
        String name = files.folder() + file;
        try {
            String text = files.text(file);
            JsonObject json = text == null
                    ? new JsonObject()
                    : JsonParser.parseString(text).getAsJsonObject();
            return new Part(name, "", json);
        } catch (JsonParseException | IllegalStateException e) {
            throw new MalformedCheckpointException(name, "expected an object in JSON", e);
        }
    }
}
