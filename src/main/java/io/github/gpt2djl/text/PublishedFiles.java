package io.github.gpt2djl.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.jspecify.annotations.Nullable;

/** Makes a tokenizer.json of a vocabulary and merges, with the steps of one of transformers' classes. */
final class PublishedFiles {
    private static final String BYTE_LEVEL = """
            {"pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
             "decoder": {"type": "ByteLevel"}}
            """;

    private static final String WORDS = """
            {"normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                            "strip_accents": null, "lowercase": true},
             "pre_tokenizer": {"type": "BertPreTokenizer"},
             "decoder": {"type": "BPEDecoder", "suffix": "</w>"}}
            """;

    private static final String END_OF_WORD = "</w>";

    private PublishedFiles() {}

    /** The lines of merges.txt. */
    static JsonArray merges(String text) {
        JsonArray pairs = new JsonArray();
        text.lines().filter(l -> !l.isBlank() && !l.startsWith("#version")).forEach(pairs::add);
        return pairs;
    }

    /**
     * Of the first GPT.
     *
     * @param unknown the token for what the vocabulary cannot spell
     */
    static JsonObject words(@Nullable JsonElement vocabulary, @Nullable JsonElement merges, @Nullable String unknown) {
        JsonObject whole = whole(WORDS, vocabulary, merges);
        whole.getAsJsonObject("model").addProperty("end_of_word_suffix", END_OF_WORD);
        whole.getAsJsonObject("model").addProperty("unk_token", unknown);
        return whole;
    }

    /**
     * Of GPT-2.
     *
     * @param addPrefixSpace whether a text begins with a space, even where it does not
     */
    static JsonObject byteLevel(
            @Nullable JsonElement vocabulary, @Nullable JsonElement merges, boolean addPrefixSpace) {
        JsonObject whole = whole(BYTE_LEVEL, vocabulary, merges);
        whole.getAsJsonObject("pre_tokenizer").addProperty("add_prefix_space", addPrefixSpace);
        return whole;
    }

    private static JsonObject whole(String steps, @Nullable JsonElement vocabulary, @Nullable JsonElement merges) {
        JsonObject model = new JsonObject();
        model.add("vocab", vocabulary);
        model.add("merges", merges);
        JsonObject whole = JsonParser.parseString(steps).getAsJsonObject();
        whole.add("model", model);
        return whole;
    }
}
