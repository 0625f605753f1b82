package io.github.gpt2djl.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.gpt2djl.checkpoint.Checkpoint.TokenizerFiles;
import io.github.gpt2djl.checkpoint.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.ModelConfig.Architecture;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a tokenizer file says: the bytes of every id, and the tokenizer.json to encode with.
 *
 * @param tokenizer a whole tokenizer.json
 * @param bytes by id; null where the model has an id that the tokenizer does not use
 * @param special the ids of added tokens such as {@code <|endoftext|>}
 * @param wordEnds the ids after which a word ends and a space is due, in the first GPT's vocabulary
 */
record Vocabulary(JsonObject tokenizer, byte[] @Nullable [] bytes, BitSet special, BitSet wordEnds) {
    static final String END_OF_WORD = "</w>";

    /** Embedding tables are padded to a multiple of 64 or 128 rows by some trainers. */
    private static final int MOST_PADDING = 127;

    static Vocabulary read(TokenizerFiles files, Architecture architecture, int modelSize)
            throws MalformedCheckpointException {
        try {
            JsonObject json = JsonParser.parseString(files.json()).getAsJsonObject();
            String merges = files.merges();
            JsonObject whole = merges == null ? json : TokenizerJson.compose(json, merges, architecture);
            return read(files.name(), whole, modelSize);
        } catch (JsonParseException
                | IllegalStateException
                | ClassCastException
                | NullPointerException
                | NumberFormatException
                | UnsupportedOperationException
                | StackOverflowError e) {
            throw new MalformedCheckpointException(
                    files.name(),
                    "expected a tokenizer.json of byte-pair encoding with model.vocab and model.merges, or a vocab.json",
                    e);
        }
    }

    private static Vocabulary read(String file, JsonObject json, int modelSize) throws MalformedCheckpointException {
        JsonObject model = json.getAsJsonObject("model");
        // Old tokenizer.json files leave model.type out.
        String type = string(model, "type");
        require(file, "model.type", type == null ? "BPE" : type, "BPE");
        JsonObject decoder = json.getAsJsonObject("decoder");
        boolean words = "BPEDecoder".equals(string(decoder, "type"));
        if (words) {
            require(file, "decoder.suffix", string(decoder, "suffix"), END_OF_WORD);
        } else {
            require(file, "decoder.type", string(decoder, "type"), "ByteLevel");
        }
        byte[] @Nullable [] bytes = new byte[modelSize][];
        BitSet special = new BitSet();
        BitSet wordEnds = new BitSet();
        for (Map.Entry<String, JsonElement> entry :
                model.getAsJsonObject("vocab").entrySet()) {
            String token = entry.getKey();
            int id = entry.getValue().getAsInt();
            boolean ends = words && token.endsWith(END_OF_WORD);
            String text = ends ? token.substring(0, token.length() - END_OF_WORD.length()) : token;
            put(file, bytes, token, id, words ? utf8(text) : ByteLevel.bytes(token));
            wordEnds.set(id, ends);
        }
        if (json.get("added_tokens") instanceof JsonArray tokens) {
            for (JsonElement token : tokens) {
                String content = token.getAsJsonObject().get("content").getAsString();
                int id = token.getAsJsonObject().get("id").getAsInt();
                if (id >= 0 && id < modelSize) {
                    bytes[id] = null;
                }
                put(file, bytes, content, id, utf8(content));
                special.set(id);
                wordEnds.clear(id);
            }
        }
        checkSize(file, bytes);
        return new Vocabulary(json, bytes, special, wordEnds);
    }

    /** The id of an added token, or -1. */
    int id(String addedToken) {
        byte[] wanted = utf8(addedToken);
        return special.stream()
                .filter(id -> Arrays.equals(bytes[id], wanted))
                .findFirst()
                .orElse(-1);
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
        all[id] = bytes == null ? utf8(token) : bytes;
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

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static @Nullable String string(@Nullable JsonObject json, String key) {
        return json == null || !json.has(key) ? null : json.get(key).getAsString();
    }

    private static void require(String file, String key, @Nullable String found, String expected)
            throws MalformedCheckpointException {
        if (!expected.equals(found)) {
            throw new MalformedCheckpointException(
                    file, key + " is " + found + ", expected " + expected + ": byte-pair encoding as in GPT or GPT-2");
        }
    }
}
