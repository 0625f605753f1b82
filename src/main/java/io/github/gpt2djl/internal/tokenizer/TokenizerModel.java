package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.util.Map;

/** The vocabulary of a tokenizer.json, with the rules by which a word is spelled in it. */
interface TokenizerModel {
    /** Returns the tokens and their ids. */
    ModelVocabulary vocabulary();

    /** Returns the ids by token. */
    default Map<String, Integer> ids() {
        return vocabulary().ids();
    }

    /** Returns the tokens by id. */
    default Map<Integer, String> tokens() {
        return vocabulary().tokens();
    }

    /**
     * Writes the checked parts, for the native library.
     *
     * @param more the tokens to add to the vocabulary, with which no text is to be spelled
     */
    void write(JsonWriter json, Map<String, Integer> more) throws IOException;
}
