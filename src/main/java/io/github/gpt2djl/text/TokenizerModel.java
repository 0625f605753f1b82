package io.github.gpt2djl.text;

import io.github.gpt2djl.checkpoint.MalformedCheckpointException;
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
     * The checked parts, for the native library.
     *
     * @param more tokens for the vocabulary, that no text is to be spelled with
     */
    String json(Map<String, Integer> more);

    static TokenizerModel read(Part whole) throws MalformedCheckpointException {
        Part model = whole.part("model");
        if (model == null) {
            throw whole.wrong("model", "a vocabulary and its kind");
        }
        return switch (kind(model)) {
            case "BPE" -> BpeModel.read(model);
            case "WordPiece" -> WordModel.wordPiece(model);
            case "WordLevel" -> WordModel.wordLevel(model);
            case "Unigram" -> UnigramModel.read(model);
            default -> throw model.wrong("type", "BPE, Unigram, WordLevel or WordPiece");
        };
    }

    /** Old files leave the type out. */
    private static String kind(Part model) throws MalformedCheckpointException {
        String type = model.text("type");
        if (type != null) {
            return type;
        }
        if (model.json().has("max_input_chars_per_word")) {
            return "WordPiece";
        }
        return model.json().has("vocab") && model.json().get("vocab").isJsonArray() ? "Unigram" : "BPE";
    }
}
