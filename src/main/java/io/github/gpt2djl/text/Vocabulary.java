package io.github.gpt2djl.text;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.gpt2djl.checkpoint.Checkpoint.TokenizerFiles;
import io.github.gpt2djl.checkpoint.MalformedCheckpointException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a tokenizer file says: the bytes of every id, and the tokenizer.json to encode with.
 *
 * @param tokenizer a whole tokenizer.json
 * @param bytes by id; null where the model has an id that the tokenizer does not use
 * @param special the ids of added tokens such as {@code <|endoftext|>}
 */
record Vocabulary(JsonObject tokenizer, byte[] @Nullable [] bytes, BitSet special) {
    private static final String END_OF_TEXT = "<|endoftext|>";
    /** Embedding tables are padded to a multiple of 64 or 128 rows by some trainers. */
    private static final int MOST_PADDING = 127;

    static Vocabulary read(TokenizerFiles files, int modelSize) throws MalformedCheckpointException {
        try {
            JsonObject json = JsonParser.parseString(files.json()).getAsJsonObject();
            String merges = files.merges();
            return read(files.name(), merges == null ? json : compose(json, merges), modelSize);
        } catch (JsonParseException
                | IllegalStateException
                | ClassCastException
                | NullPointerException
                | NumberFormatException
                | UnsupportedOperationException
                | StackOverflowError e) {
            throw new MalformedCheckpointException(
                    files.name(),
                    "expected a tokenizer.json of byte-level BPE with model.vocab and model.merges, or a vocab.json",
                    e);
        }
    }

    private static Vocabulary read(String file, JsonObject json, int modelSize) throws MalformedCheckpointException {
        JsonObject model = json.getAsJsonObject("model");
        require(file, "model.type", string(model, "type"), "BPE");
        require(file, "decoder.type", string(json.getAsJsonObject("decoder"), "type"), "ByteLevel");
        byte[] @Nullable [] bytes = new byte[modelSize][];
        BitSet special = new BitSet();
        for (Map.Entry<String, JsonElement> entry :
                model.getAsJsonObject("vocab").entrySet()) {
            put(file, bytes, entry.getKey(), entry.getValue().getAsInt(), ByteLevel.bytes(entry.getKey()));
        }
        JsonElement added = json.get("added_tokens");
        if (added instanceof JsonArray tokens) {
            for (JsonElement token : tokens) {
                String content = token.getAsJsonObject().get("content").getAsString();
                int id = token.getAsJsonObject().get("id").getAsInt();
                if (id >= 0 && id < modelSize) {
                    bytes[id] = null;
                }
                put(file, bytes, content, id, content.getBytes(StandardCharsets.UTF_8));
                special.set(id);
            }
        }
        checkSize(file, bytes);
        return new Vocabulary(json, bytes, special);
    }

    private static void put(String file, byte[] @Nullable [] all, String token, int id, byte @Nullable [] bytes)
            throws MalformedCheckpointException {
        if (id < 0 || id >= all.length) {
            throw new MalformedCheckpointException(
                    file,
                    "token \"" + token + "\" has id " + id + ", expected 0 to " + (all.length - 1)
                            + ": the tokenizer does not belong to this model, whose vocab_size is " + all.length);
        }
        if (all[id] != null) {
            throw new MalformedCheckpointException(file, "token \"" + token + "\" has id " + id + ", which is taken");
        }
        // An entry outside the byte alphabet can only be an added token's; it is spelled as it stands.
        all[id] = bytes == null ? token.getBytes(StandardCharsets.UTF_8) : bytes;
    }

    private static void checkSize(String file, byte[] @Nullable [] bytes) throws MalformedCheckpointException {
        int known = 0;
        for (byte @Nullable [] b : bytes) {
            known += b == null ? 0 : 1;
        }
        if (bytes.length - known > MOST_PADDING) {
            throw new MalformedCheckpointException(
                    file,
                    "the vocabulary has " + known + " tokens, expected " + bytes.length
                            + ", config.json's vocab_size (up to " + MOST_PADDING + " may be padding)");
        }
    }

    /** DJL and tokenizers would read a bare vocab.json + merges.txt as BPE without the byte level. */
    private static JsonObject compose(JsonObject vocabulary, String merges) {
        JsonArray pairs = new JsonArray();
        merges.lines().filter(l -> !l.isBlank() && !l.startsWith("#version")).forEach(pairs::add);
        JsonObject model = new JsonObject();
        model.addProperty("type", "BPE");
        model.addProperty("continuing_subword_prefix", "");
        model.addProperty("end_of_word_suffix", "");
        model.add("vocab", vocabulary);
        model.add("merges", pairs);
        JsonObject byteLevel = new Gson()
                .fromJson(
                        "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":true}",
                        JsonObject.class);
        JsonArray added = new JsonArray();
        if (vocabulary.has(END_OF_TEXT)) {
            JsonObject token = new JsonObject();
            token.add("id", vocabulary.get(END_OF_TEXT));
            token.addProperty("content", END_OF_TEXT);
            for (String no : new String[] {"single_word", "lstrip", "rstrip", "normalized"}) {
                token.addProperty(no, false);
            }
            token.addProperty("special", true);
            added.add(token);
        }
        JsonObject whole = new JsonObject();
        whole.addProperty("version", "1.0");
        whole.add("added_tokens", added);
        whole.add("pre_tokenizer", byteLevel);
        whole.add("decoder", byteLevel);
        whole.add("model", model);
        return whole;
    }

    private static @Nullable String string(@Nullable JsonObject json, String key) {
        return json == null || !json.has(key) ? null : json.get(key).getAsString();
    }

    private static void require(String file, String key, @Nullable String found, String expected)
            throws MalformedCheckpointException {
        // Old tokenizer.json files leave model.type out.
        if (found != null ? !found.equals(expected) : !key.equals("model.type")) {
            throw new MalformedCheckpointException(
                    file, key + " is " + found + ", expected " + expected + ": GPT-2's byte-level BPE");
        }
    }
}
