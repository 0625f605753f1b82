package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.gpt2djl.internal.json.JsonText;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A tokenizer.json for Hugging Face's tokenizers, of checked parts only: that ends the process on some files, and runs
 * on and on with others.
 *
 * @param file to name in messages
 * @param added the added tokens
 * @param steps what comes before the model
 * @param model the vocabulary
 */
public record TokenizerJson(String file, AddedTokens added, JsonObject steps, TokenizerModel model) {
    /** With all added tokens. */
    public String text() {
        JsonArray tokens = new JsonArray();
        added.tokens().forEach(token -> tokens.add(token.json(added.id(token.content()))));
        return text(tokens, Map.of());
    }

    /** Without the special ones. */
    public String ordinary() {
        JsonArray tokens = new JsonArray();
        Map<String, Integer> ids = new LinkedHashMap<>();
        for (AddedToken token : added.tokens()) {
            if (!token.special()) {
                int id = added.id(token.content());
                tokens.add(token.json(id));
                // The library would give it another id where special tokens are left out before it.
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
