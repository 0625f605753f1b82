package io.github.gpt2djl.internal.tokenizer;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** Models of a tokenizer.json of all types, of odd tokens. */
final class FuzzedModel {
    private FuzzedModel() {}

    static JsonObject of(FuzzedDataProvider data) {
        return switch (data.consumeInt(0, 3)) {
            case 0 -> bytePairs(data);
            case 1 -> words(data, "WordPiece");
            case 2 -> words(data, "WordLevel");
            default -> unigram(data);
        };
    }

    private static JsonObject bytePairs(FuzzedDataProvider data) {
        String suffix = data.consumeBoolean() ? "</w>" : "";
        String prefix = data.consumeInt(0, 7) == 0 ? FuzzedText.of(data, 2) : "";
        JsonObject vocabulary = vocabulary(data);
        for (String token : vocabulary.keySet().toArray(String[]::new)) {
            if (data.consumeInt(0, 7) == 0 && !vocabulary.has(token + suffix)) {
                vocabulary.addProperty(token + suffix, vocabulary.size());
            }
        }
        String[] tokens = vocabulary.keySet().toArray(String[]::new);
        JsonArray merges = new JsonArray();
        for (int n = data.consumeInt(0, 6); n > 0; n--) {
            String first = data.pickValue(tokens);
            String second = data.pickValue(tokens);
            String both = first + (second.startsWith(prefix) ? second.substring(prefix.length()) : second);
            if (!vocabulary.has(both)) {
                vocabulary.addProperty(both, vocabulary.size());
            }
            JsonArray pair = new JsonArray();
            pair.add(first);
            pair.add(second);
            merges.add(pair);
        }
        JsonObject model = FuzzedText.json("{'type':'BPE'}");
        for (String flag : new String[] {"fuse_unk", "byte_fallback", "ignore_merges"}) {
            model.addProperty(flag, data.consumeBoolean());
        }
        model.addProperty("unk_token", data.consumeBoolean() ? null : data.pickValue(tokens));
        model.addProperty("end_of_word_suffix", suffix);
        model.addProperty("continuing_subword_prefix", prefix);
        model.add("vocab", vocabulary);
        model.add("merges", merges);
        return model;
    }

    private static JsonObject words(FuzzedDataProvider data, String type) {
        JsonObject model = FuzzedText.json("{'type':'" + type + "'}");
        JsonObject vocabulary = vocabulary(data);
        String[] tokens = vocabulary.keySet().toArray(String[]::new);
        model.addProperty("unk_token", data.consumeBoolean() ? "[UNK]" : data.pickValue(tokens));
        if (type.equals("WordPiece")) {
            String prefix = data.consumeBoolean() ? "##" : FuzzedText.of(data, 2);
            for (String token : tokens) {
                if (data.consumeInt(0, 7) == 0 && !vocabulary.has(prefix + token)) {
                    vocabulary.addProperty(prefix + token, vocabulary.size());
                }
            }
            model.addProperty("continuing_subword_prefix", prefix);
            model.addProperty("max_input_chars_per_word", data.consumeInt(0, 1_001));
        }
        model.add("vocab", vocabulary);
        return model;
    }

    private static JsonObject unigram(FuzzedDataProvider data) {
        JsonObject model = FuzzedText.json("{'type':'Unigram'}");
        JsonArray vocabulary = new JsonArray();
        for (String token : tokens(data)) {
            JsonArray piece = new JsonArray();
            piece.add(token);
            piece.add(data.pickValue(new Double[] {0.0, -0.0, -1.5, 3.0, -1e300, 1e300, -4.0}));
            vocabulary.add(piece);
        }
        if (data.consumeBoolean()) {
            model.addProperty("unk_id", data.consumeInt(-1, vocabulary.size()));
        }
        model.addProperty("byte_fallback", data.consumeBoolean());
        model.add("vocab", vocabulary);
        return model;
    }

    private static JsonObject vocabulary(FuzzedDataProvider data) {
        JsonObject vocabulary = new JsonObject();
        tokens(data).forEach(token -> vocabulary.addProperty(token, vocabulary.size()));
        int id = 0;
        for (String token : vocabulary.keySet()) {
            vocabulary.addProperty(token, id++);
        }
        return vocabulary;
    }

    /** Single characters, and any texts; some twice, some empty. */
    private static List<String> tokens(FuzzedDataProvider data) {
        List<String> tokens = new ArrayList<>();
        boolean bytes = data.consumeBoolean();
        for (int b = data.consumeBoolean() ? 0 : 'a'; b < 256; b++) {
            tokens.add(bytes ? String.format("<0x%02X>", b) : String.valueOf(ByteLevel.character(b)));
        }
        for (int n = data.consumeInt(0, 8); n > 0; n--) {
            tokens.add(FuzzedText.of(data, 3));
        }
        return tokens;
    }
}
