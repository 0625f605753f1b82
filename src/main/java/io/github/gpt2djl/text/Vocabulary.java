package io.github.gpt2djl.text;

import io.github.gpt2djl.checkpoint.Checkpoint.TokenizerFiles;
import io.github.gpt2djl.checkpoint.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.ModelConfig.Architecture;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a tokenizer's files say: the bytes of every id, and the tokenizer.json to encode with.
 *
 * @param tokenizer to encode with
 * @param bytes by id; none where the model has an id that the tokenizer does not use
 * @param special the ids of special tokens such as {@code <|endoftext|>}
 * @param wordEnds the ids after which a word ends and a space is due, in the first GPT's vocabulary
 * @param ends the special tokens that are put around a text
 * @param last the largest id that the model or the tokenizer has
 * @param plain whether ids spell every byte of a text, cut as GPT-2 does and not changed before
 * @param splitsSpecialTokens whether the files take typed special tokens for ordinary text
 */
record Vocabulary(
        TokenizerJson tokenizer,
        Map<Integer, byte[]> bytes,
        Set<Integer> special,
        Set<Integer> wordEnds,
        Ends ends,
        int last,
        boolean plain,
        boolean splitsSpecialTokens) {
    static final String END_OF_WORD = "</w>";

    static Vocabulary read(TokenizerFiles files, Architecture architecture, int modelSize)
            throws MalformedCheckpointException {
        PublishedTokenizer published = PublishedTokenizer.read(files, architecture);
        Part whole = published.whole();
        boolean words = words(whole);
        Part model = PublishedTokenizer.model(whole);
        BpeModel bpe = BpeModel.read(model, words ? END_OF_WORD : "");
        Pipeline pipeline = Pipeline.read(whole);
        AddedTokens added = AddedTokens.read(whole, bpe.ids(), published.asWritten(), published.special(), pipeline);
        Map<Integer, String> tokens = new HashMap<>();
        for (Map.Entry<String, Integer> token : bpe.ids().entrySet()) {
            put(whole, tokens, token.getValue(), token.getKey());
        }
        Set<String> specialTexts = new HashSet<>();
        for (AddedToken token : added.tokens()) {
            int id = added.id(token.content());
            if (bpe.ids().containsKey(token.content())) {
                tokens.remove(id);
            }
            put(whole, tokens, id, AddedTokens.spelled(token, pipeline));
            if (token.special()) {
                specialTexts.add(token.content());
            }
        }
        Map<Integer, byte[]> bytes = new HashMap<>();
        Set<Integer> special = new HashSet<>();
        Set<Integer> wordEnds = new HashSet<>();
        int last = modelSize - 1;
        for (Map.Entry<Integer, String> entry : tokens.entrySet()) {
            String token = entry.getValue();
            int id = entry.getKey();
            boolean ends = words && token.endsWith(END_OF_WORD);
            bytes.put(id, words ? word(token, ends) : spelled(token));
            if (ends) {
                wordEnds.add(id);
            }
            // A special token that the normalizer changes is none to the library, which compares the texts.
            if (specialTexts.contains(token)) {
                special.add(id);
            }
            last = Math.max(last, id);
        }
        return new Vocabulary(
                new TokenizerJson(added, pipeline.json(), bpe),
                bytes,
                special,
                wordEnds,
                published.ends(added),
                last,
                pipeline.isGpt2() && added.plain() && bpe.hasAllBytes(),
                published.config().flag("split_special_tokens"));
    }

    private static void put(Part whole, Map<Integer, String> tokens, int id, String token)
            throws MalformedCheckpointException {
        if (tokens.put(id, token) != null) {
            throw whole.error("token \"" + Part.shown(token) + "\" has id " + id + ", which is taken");
        }
    }

    /** Whether the vocabulary has words, and not bytes. */
    private static boolean words(Part whole) throws MalformedCheckpointException {
        Part decoder = whole.part("decoder");
        String decoding = decoder == null ? null : decoder.text("type");
        if (decoder != null && "BPEDecoder".equals(decoding)) {
            PublishedTokenizer.require(whole, "decoder.suffix", decoder.text("suffix"), END_OF_WORD);
            return true;
        }
        PublishedTokenizer.require(whole, "decoder.type", decoding, "ByteLevel");
        return false;
    }

    /** As Hugging Face's decoder has it, which takes a suffix anywhere for a word's end. */
    private static byte[] word(String token, boolean ends) {
        String word = ends ? token.substring(0, token.length() - END_OF_WORD.length()) : token;
        return utf8(word.replace(END_OF_WORD, " "));
    }

    /** A token with a character outside the byte alphabet is spelled as it stands. */
    private static byte[] spelled(String token) {
        byte @Nullable [] bytes = ByteLevel.bytes(token);
        return bytes == null ? utf8(token) : bytes;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The bytes of an id, or null where the model has an id that the tokenizer does not use.
     *
     * @throws IllegalArgumentException if neither has the id
     */
    byte @Nullable [] find(int id) {
        if (id < 0 || id > last) {
            throw new IllegalArgumentException("id " + id + " is out of range, expected 0 to " + last);
        }
        return bytes.get(id);
    }

    /** Bytes of the longest token. */
    int longest() {
        return bytes.values().stream().mapToInt(b -> b.length).max().orElse(0);
    }
}
