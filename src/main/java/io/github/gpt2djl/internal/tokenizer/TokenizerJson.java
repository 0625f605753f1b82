package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.gpt2djl.internal.json.JsonText;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A tokenizer.json for Hugging Face's tokenizers, made only of checked parts: the library ends the process on some
 * files, and runs endlessly with others.
 *
 * @param file the file's name, for messages
 * @param added the added tokens
 * @param steps the steps before the model
 * @param model the vocabulary
 */
public record TokenizerJson(String file, AddedTokens added, JsonObject steps, TokenizerModel model) {
    /** Returns the file's text with all added tokens. */
    public String text() {
        JsonArray tokens = new JsonArray();
        added.tokens().forEach(token -> tokens.add(token.json(added.id(token.content()))));
        return text(tokens, Map.of());
    }

    /** Returns the file's text without the special tokens. */
    public String ordinary() {
        JsonArray tokens = new JsonArray();
        Map<String, Integer> ids = new LinkedHashMap<>();
        for (AddedToken token : added.tokens()) {
            if (!token.special()) {
                int id = added.id(token.content());
                tokens.add(token.json(id));
                // The library would give the token another id if special tokens before it are left out.
                if (!model.ids().containsKey(token.content())) {
                    ids.put(token.content(), id);
                }
            }
        }
        return text(tokens, ids);
    }

    private String text(JsonArray tokens, Map<String, Integer> more) {
        return JsonText.compact(json -> {
            json.beginObject();
            JsonText.write(json, steps);
            json.name("version").value("1.0");
            json.name("added_tokens").jsonValue(tokens.toString());
            model.write(json.name("model"), more);
            json.endObject();
        });
    }
}
