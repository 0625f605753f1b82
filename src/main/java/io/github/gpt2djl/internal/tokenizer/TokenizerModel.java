package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.util.Map;

/** The vocabulary of a tokenizer.json, with the rules by which a word is spelled in it. */
interface TokenizerModel {
    /** The tokens and their ids. */
    ModelVocabulary vocabulary();

    /** Ids by token. */
    default Map<String, Integer> ids() {
        return vocabulary().ids();
    }

    /** Tokens by id. */
    default Map<Integer, String> tokens() {
        return vocabulary().tokens();
    }

    /**
     * Writes the checked parts, for the native library.
     *
     * @param more tokens for the vocabulary, that no text is to be spelled with
     */
    void write(JsonWriter json, Map<String, Integer> more) throws IOException;
}
