package io.github.gpt2djl.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.gpt2djl.checkpoint.ModelConfig.Architecture;

/** Makes a tokenizer.json of vocab.json and merges.txt, from which neither DJL nor tokenizers can tell the rules. */
final class PublishedFiles {
    /** GPT-2 and OPT: text is cut by a regular expression, and spelled in the byte alphabet. */
    private static final String BYTE_LEVEL =
            "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":true}";

    /** The first GPT: text is lower-cased and cut at spaces and punctuation; a word's last token ends in a suffix. */
    private static final String WORDS = """
            {"normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                            "strip_accents": null, "lowercase": true},
             "pre_tokenizer": {"type": "BertPreTokenizer"},
             "decoder": {"type": "BPEDecoder", "suffix": "</w>"}}
            """;

    private PublishedFiles() {}

    static JsonObject compose(JsonObject vocabulary, String merges, Architecture architecture) {
        JsonArray pairs = new JsonArray();
        merges.lines().filter(l -> !l.isBlank() && !l.startsWith("#version")).forEach(pairs::add);
        boolean words = architecture == Architecture.GPT;
        JsonObject model = new JsonObject();
        model.addProperty("type", "BPE");
        model.addProperty("end_of_word_suffix", words ? Vocabulary.END_OF_WORD : "");
        if (words) {
            model.addProperty("unk_token", "<unk>");
        }
        model.add("vocab", vocabulary);
        model.add("merges", pairs);
        JsonObject whole = words ? JsonParser.parseString(WORDS).getAsJsonObject() : new JsonObject();
        if (!words) {
            whole.add("pre_tokenizer", JsonParser.parseString(BYTE_LEVEL));
            whole.add("decoder", JsonParser.parseString(BYTE_LEVEL));
        }
        whole.addProperty("version", "1.0");
        whole.add("added_tokens", special(vocabulary, architecture));
        whole.add("model", model);
        return whole;
    }

    /** The tokens that the published models' special_tokens_map.json names. */
    private static JsonArray special(JsonObject vocabulary, Architecture architecture) {
        String[] names = switch (architecture) {
            case GPT2 -> new String[] {"<|endoftext|>"};
            case GPT -> new String[] {"<unk>"};
            case OPT -> new String[] {"</s>", "<pad>"};
        };
        JsonArray added = new JsonArray();
        for (String name : names) {
            if (vocabulary.has(name)) {
                JsonObject token = new JsonObject();
                token.add("id", vocabulary.get(name));
                token.addProperty("content", name);
                for (String no : new String[] {"single_word", "lstrip", "rstrip", "normalized"}) {
                    token.addProperty(no, false);
                }
                token.addProperty("special", true);
                added.add(token);
            }
        }
        return added;
    }
}
