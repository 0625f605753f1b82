package io.github.gpt2djl.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;

/**
 * A tokenizer.json for Hugging Face's tokenizers, of checked parts only: that ends the process on some files, and runs
 * on and on with others.
 *
 * @param added the added tokens
 * @param steps what comes before byte-pair encoding
 * @param model the vocabulary and the merges, as JSON
 */
record TokenizerJson(JsonArray added, JsonObject steps, String model) {
    String text(boolean withAdded) {
        JsonObject small = steps.deepCopy();
        small.addProperty("version", "1.0");
        small.add("added_tokens", withAdded ? added : new JsonArray());
        String text = small.toString();
        return text.substring(0, text.length() - 1) + ",\"model\":" + model + "}";
    }
}
