package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.stream.JsonWriter;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.json.JsonText;
import io.github.gpt2djl.internal.json.StrictJson;
import io.github.gpt2djl.tokenizer.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A vocabulary in which each piece has a score. Of all spellings of a word, the one with the highest sum counts.
 *
 * @param pieces the pieces by id
 * @param vocabulary the pieces' texts
 * @param settings everything else
 * @see <a href="https://arxiv.org/abs/1804.10959">Kudo 2018, Subword Regularization</a>
 */
public record UnigramModel(List<Piece> pieces, ModelVocabulary vocabulary, JsonObject settings)
        implements TokenizerModel {
    /** The text of an id with which no text is spelled. {@link Tokenizer} rejects texts that hold this text. */
    public static final String UNUSED = "\uFDEF".repeat(17);

    /** An entry of the vocabulary. */
    record Piece(String text, double score) {}

    static UnigramModel read(StrictJson model) throws MalformedCheckpointException {
        model.onlyKeys(List.of("type", "unk_id", "byte_fallback", "vocab"));
        if (!(model.json().get("vocab") instanceof JsonArray vocabulary) || vocabulary.isEmpty()) {
            throw model.error("vocab of Unigram is not a list of pieces and scores, expected [[\"<unk>\", 0.0], …]");
        }
        List<Piece> pieces = new ArrayList<>();
        for (JsonElement entry : vocabulary) {
            pieces.add(piece(model, entry, pieces.size()));
        }
        JsonObject settings = new JsonObject();
        settings.addProperty("type", "Unigram");
        settings.addProperty("byte_fallback", model.flag("byte_fallback"));
        if (model.find("unk_id") != null) {
            int unknown = model.whole("unk_id");
            if (unknown < 0 || unknown >= pieces.size()) {
                throw model.wrong("unk_id", "0 to " + (pieces.size() - 1) + ", or null");
            }
            settings.addProperty("unk_id", unknown);
        }
        return new UnigramModel(pieces, vocabulary(pieces), settings);
    }

    private static Piece piece(StrictJson model, JsonElement entry, int id) throws MalformedCheckpointException {
        if (entry instanceof JsonArray pair
                && pair.size() == 2
                && StrictJson.isText(pair.get(0))
                && pair.get(1) instanceof JsonPrimitive score
                && score.isNumber()
                && Double.isFinite(score.getAsDouble())) {
            return new Piece(pair.get(0).getAsString(), score.getAsDouble());
        }
        throw model.error(
                "vocab[" + id + "] is " + StrictJson.shown(entry) + ", expected a piece and its score, a number");
    }

    /** Makes the vocabulary. Of two pieces with equal texts, the last counts. */
    private static ModelVocabulary vocabulary(List<Piece> pieces) {
        Map<String, Integer> ids = new LinkedHashMap<>();
        Map<Integer, String> tokens = new HashMap<>();
        for (int id = 0; id < pieces.size(); id++) {
            ids.put(pieces.get(id).text(), id);
            tokens.put(id, pieces.get(id).text());
        }
        return new ModelVocabulary(ids, tokens);
    }

    @Override
    public void write(JsonWriter json, Map<String, Integer> more) throws IOException {
        List<Piece> all = new ArrayList<>(pieces);
        // The lowest score stays: the library derives the score of an unknown character from it.
        double score = pieces.stream().mapToDouble(Piece::score).min().orElse(0);
        for (Map.Entry<String, Integer> token : more.entrySet()) {
            while (all.size() <= token.getValue()) {
                all.add(new Piece(UNUSED, score));
            }
            all.set(token.getValue(), new Piece(token.getKey(), score));
        }
        json.beginObject();
        JsonText.write(json, settings);
        json.name("vocab").beginArray();
        for (Piece piece : all) {
            json.beginArray().value(piece.text()).value(piece.score()).endArray();
        }
        json.endArray().endObject();
    }
}
