package io.github.gpt2djl.text;

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
 * @param tokenizer to encode with
 * @param bytes by id; null where the model has an id that the tokenizer does not use
 * @param special the ids of added tokens such as {@code <|endoftext|>}
 * @param wordEnds the ids after which a word ends and a space is due, in the first GPT's vocabulary
 * @param plain whether ids spell every byte of a text, cut as GPT-2 does and not changed before
 */
record Vocabulary(TokenizerJson tokenizer, byte[] @Nullable [] bytes, BitSet special, BitSet wordEnds, boolean plain) {
    static final String END_OF_WORD = "</w>";

    /** Embedding tables are padded to a multiple of 64 or 128 rows by some trainers. */
    private static final int MOST_PADDING = 127;

    static Vocabulary read(TokenizerFiles files, Architecture architecture, int modelSize)
            throws MalformedCheckpointException {
        JsonObject json;
        try {
            json = JsonParser.parseString(files.json()).getAsJsonObject();
        } catch (JsonParseException | IllegalStateException e) {
            throw new MalformedCheckpointException(
                    files.name(),
                    "expected a tokenizer.json of byte-pair encoding with model.vocab and model.merges, or a vocab.json",
                    e);
        }
        String merges = files.merges();
        JsonObject whole = merges == null ? json : PublishedFiles.compose(json, merges, architecture);
        return read(new Part(files.name(), "", whole), modelSize);
    }

    private static Vocabulary read(Part whole, int modelSize) throws MalformedCheckpointException {
        Part model = whole.part("model");
        // Old tokenizer.json files leave model.type out.
        String type = model == null ? null : model.text("type");
        require(whole, "model.type", type == null ? "BPE" : type, "BPE");
        Part decoder = whole.part("decoder");
        String decoding = decoder == null ? null : decoder.text("type");
        boolean words = "BPEDecoder".equals(decoding);
        if (decoder != null && words) {
            require(whole, "decoder.suffix", decoder.text("suffix"), END_OF_WORD);
        } else {
            require(whole, "decoder.type", decoding, "ByteLevel");
        }
        if (model == null) {
            throw whole.wrong("model", "the vocabulary and merges of byte-pair encoding");
        }
        BpeModel bpe = BpeModel.read(model, words ? END_OF_WORD : "");
        Pipeline pipeline = Pipeline.read(whole);
        AddedTokens added = AddedTokens.read(whole, bpe.ids(), pipeline);
        return of(whole, bpe, pipeline, added, words, modelSize);
    }

    private static Vocabulary of(
            Part whole, BpeModel bpe, Pipeline pipeline, AddedTokens added, boolean words, int modelSize)
            throws MalformedCheckpointException {
        int known = bpe.ids().size()
                + (int) added.ids().keySet().stream()
                        .filter(token -> !bpe.ids().containsKey(token))
                        .count();
        // First, so that no config.json makes a table far larger than the files are.
        checkSize(whole, known, modelSize);
        byte[] @Nullable [] bytes = new byte[modelSize][];
        BitSet special = new BitSet();
        BitSet wordEnds = new BitSet();
        for (Map.Entry<String, Integer> entry : bpe.ids().entrySet()) {
            String token = entry.getKey();
            int id = entry.getValue();
            boolean ends = words && token.endsWith(END_OF_WORD);
            String text = ends ? token.substring(0, token.length() - END_OF_WORD.length()) : token;
            put(whole.file(), bytes, token, id, words ? utf8(text) : ByteLevel.bytes(token));
            wordEnds.set(id, ends);
        }
        for (Map.Entry<String, Integer> entry : added.ids().entrySet()) {
            int id = entry.getValue();
            if (bpe.ids().containsKey(entry.getKey())) {
                bytes[id] = null;
            }
            put(whole.file(), bytes, entry.getKey(), id, utf8(entry.getKey()));
            special.set(id);
            wordEnds.clear(id);
        }
        boolean plain = pipeline.isGpt2() && added.plain() && bpe.hasAllBytes();
        return new Vocabulary(
                new TokenizerJson(added.json(), pipeline.json(), bpe.json()), bytes, special, wordEnds, plain);
    }

    /** The id of an added token, or -1. */
    int id(String addedToken) {
        byte[] wanted = utf8(addedToken);
        return special.stream()
                .filter(id -> Arrays.equals(bytes[id], wanted))
                .findFirst()
                .orElse(-1);
    }

    /** Bytes of the longest token. */
    int longest() {
        return Arrays.stream(bytes)
                .mapToInt(b -> b == null ? 0 : b.length)
                .max()
                .orElse(0);
    }

    private static void put(String file, byte[] @Nullable [] all, String token, int id, byte @Nullable [] bytes)
            throws MalformedCheckpointException {
        if (id < 0 || id >= all.length) {
            throw new MalformedCheckpointException(
                    file,
                    "token \"" + Part.shown(token) + "\" has id " + id + ", expected 0 to " + (all.length - 1)
                            + ": the tokenizer does not belong to this model, whose vocab_size is " + all.length);
        }
        if (all[id] != null) {
            throw new MalformedCheckpointException(
                    file, "token \"" + Part.shown(token) + "\" has id " + id + ", which is taken");
        }
        // An entry outside the byte alphabet can only be an added token's; it is spelled as it stands.
        all[id] = bytes == null ? utf8(token) : bytes;
    }

    private static void checkSize(Part whole, int known, int modelSize) throws MalformedCheckpointException {
        if (modelSize - known > MOST_PADDING) {
            throw whole.error("the vocabulary has " + known + " tokens, expected " + modelSize
                    + ", config.json's vocab_size (up to " + MOST_PADDING + " may be padding)");
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void require(Part whole, String key, @Nullable String found, String expected)
            throws MalformedCheckpointException {
        if (!expected.equals(found)) {
            throw whole.error(key + " is " + Part.shown(found) + ", expected " + expected
                    + ": byte-pair encoding as in GPT or GPT-2");
        }
    }
}
