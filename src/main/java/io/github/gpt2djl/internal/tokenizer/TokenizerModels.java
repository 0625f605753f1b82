package io.github.gpt2djl.internal.tokenizer;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.json.StrictJson;

/** Reads the model of a tokenizer.json, which may be one of four kinds. */
final class TokenizerModels {
    private TokenizerModels() {}

    static TokenizerModel read(StrictJson whole) throws MalformedCheckpointException {
        StrictJson model = whole.part("model");
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

    /** Returns the kind of a model. Old files leave the type out. */
    private static String kind(StrictJson model) throws MalformedCheckpointException {
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
