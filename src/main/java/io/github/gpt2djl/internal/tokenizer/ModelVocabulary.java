package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.JsonElement;
import io.github.gpt2djl.MalformedCheckpointException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A vocabulary in which each token has its id, in the order of the file.
 *
 * @param ids by token
 * @param tokens by id
 */
record ModelVocabulary(Map<String, Integer> ids, Map<Integer, String> tokens) {
    static ModelVocabulary read(Part model) throws MalformedCheckpointException {
        Part vocabulary = model.part("vocab");
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
                throw vocabulary.error("token \"" + Part.shown(token) + "\" has id " + id + ", expected 0 or more");
            }
            ids.put(token, id);
            if (tokens.put(id, token) != null) {
                throw vocabulary.error("token \"" + Part.shown(token) + "\" has id " + id + ", which is taken");
            }
        }
        return new ModelVocabulary(ids, tokens);
    }

    /**
     * The object. Gson takes longer for a vocabulary than all else here.
     *
     * @param more for the end
     */
    void write(StringBuilder json, Map<String, Integer> more) {
        json.append('{');
        String comma = "";
        for (Map<String, Integer> each : List.of(ids, more)) {
            for (Map.Entry<String, Integer> token : each.entrySet()) {
                quote(token.getKey(), json.append(comma));
                json.append(':').append(token.getValue());
                comma = ",";
            }
        }
        json.append('}');
    }

    /** Adds a text in JSON. */
    static void quote(String text, StringBuilder json) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ') {
                json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                json.append(c == '"' || c == '\\' ? "\\" : "").append(c);
            }
        }
        json.append('"');
    }
}
