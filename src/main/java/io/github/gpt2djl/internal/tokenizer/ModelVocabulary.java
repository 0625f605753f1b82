package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.JsonElement;
import com.google.gson.stream.JsonWriter;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.json.StrictJson;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A vocabulary in which each token has its id, in the file's order.
 *
 * @param ids the ids by token
 * @param tokens the tokens by id
 */
record ModelVocabulary(Map<String, Integer> ids, Map<Integer, String> tokens) {
    static ModelVocabulary read(StrictJson model) throws MalformedCheckpointException {
        StrictJson vocabulary = model.part("vocab");
        if (vocabulary == null) {
            throw model.wrong("vocab", "an object of ids");
        }
        Map<String, Integer> ids = new LinkedHashMap<>();
        Map<Integer, String> tokens = new HashMap<>();
        for (Map.Entry<String, JsonElement> entry : vocabulary.json().entrySet()) {
            String token = entry.getKey();
            if (Surrogates.lone(token) >= 0) {
                throw vocabulary.wrong(token, "tokens of well-formed Unicode");
            }
            int id = vocabulary.whole(token, entry.getValue());
            if (id < 0) {
                throw vocabulary.error(
                        "token \"" + StrictJson.shown(token) + "\" has id " + id + ", expected 0 or more");
            }
            ids.put(token, id);
            if (tokens.put(id, token) != null) {
                throw vocabulary.error("token \"" + StrictJson.shown(token) + "\" has id " + id + ", which is taken");
            }
        }
        return new ModelVocabulary(ids, tokens);
    }

    /**
     * Writes the object.
     *
     * @param more the tokens for the end
     */
    void write(JsonWriter json, Map<String, Integer> more) throws IOException {
        json.beginObject();
        for (Map<String, Integer> each : List.of(ids, more)) {
            for (Map.Entry<String, Integer> token : each.entrySet()) {
                json.name(token.getKey()).value(token.getValue());
            }
        }
        json.endObject();
    }
}
