package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.JsonObject;
import com.google.gson.stream.JsonWriter;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.json.JsonText;
import io.github.gpt2djl.internal.json.StrictJson;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * A vocabulary of words (WordLevel), or of words and their parts (WordPiece).
 *
 * @param vocabulary the tokens
 * @param settings everything else
 * @see <a href="https://arxiv.org/abs/1609.08144">Wu et al. 2016, WordPiece</a>
 */
record WordModel(ModelVocabulary vocabulary, JsonObject settings) implements TokenizerModel {
    /** The maximum length of a word. The published models have 100; the time for a word grows with the square. */
    private static final int LONGEST_WORD = 1_000;

    static WordModel wordPiece(StrictJson model) throws MalformedCheckpointException {
        model.onlyKeys(List.of("type", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab"));
        WordModel read = of("WordPiece", model);
        String prefix = model.text("continuing_subword_prefix");
        int longest = model.whole("max_input_chars_per_word");
        if (longest < 0 || longest > LONGEST_WORD) {
            throw model.wrong("max_input_chars_per_word", "0 to " + LONGEST_WORD + "; the published models have 100");
        }
        read.settings.addProperty("continuing_subword_prefix", prefix == null ? "" : prefix);
        read.settings.addProperty("max_input_chars_per_word", longest);
        return read;
    }

    static WordModel wordLevel(StrictJson model) throws MalformedCheckpointException {
        model.onlyKeys(List.of("type", "unk_token", "vocab"));
        return of("WordLevel", model);
    }

    private static WordModel of(String type, StrictJson model) throws MalformedCheckpointException {
        String unknown = model.text("unk_token");
        JsonObject settings = new JsonObject();
        settings.addProperty("type", type);
        settings.addProperty("unk_token", unknown == null ? "" : unknown);
        return new WordModel(ModelVocabulary.read(model), settings);
    }

    @Override
    public void write(JsonWriter json, Map<String, Integer> more) throws IOException {
        json.beginObject();
        JsonText.write(json, settings);
        vocabulary.write(json.name("vocab"), more);
        json.endObject();
    }
}
