package io.github.gpt2djl.internal.tokenizer;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import io.github.gpt2djl.internal.json.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The contents of a tokenizer's files: the token of every id, the tokenizer.json for encoding, and the steps from
 * tokens to text.
 *
 * @param tokenizer the tokenizer.json for encoding
 * @param tokens the tokens by id; none for an id of the model that the tokenizer does not use
 * @param special the ids of special tokens such as {@code <|endoftext|>}
 * @param decoder the steps from tokens to text
 * @param ends the special tokens that are put around a text
 * @param last the largest id that the model or the tokenizer has
 * @param plain whether ids spell every byte of a text, which is cut as GPT-2 does and not changed before
 * @param start the special token that a text begins with, or null
 * @param most the maximum number of characters that are encoded at once: the native library takes up to 0.3 KB for a
 *     byte of them, and ends the process if a regular expression tries too often
 * @param splitsSpecialTokens whether the files treat typed special tokens as ordinary text
 * @param notes the parts of the files that do not count
 */
public record Vocabulary(
        TokenizerJson tokenizer,
        Map<Integer, String> tokens,
        Set<Integer> special,
        DecoderSteps decoder,
        Ends ends,
        int last,
        boolean plain,
        @Nullable String start,
        int most,
        boolean splitsSpecialTokens,
        List<String> notes) {
    private static final String END_OF_TEXT = "<|endoftext|>";
    private static final int MOST = 1 << 24;
    private static final int MOST_OF_EXPRESSIONS = 1 << 21;

    public static Vocabulary read(TokenizerFiles files, Architecture architecture, int modelSize, boolean trusted)
            throws MalformedCheckpointException {
        PublishedTokenizer published = PublishedTokenizer.read(files, architecture);
        StrictJson whole = published.whole();
        TokenizerModel model = TokenizerModels.read(whole);
        Pipeline pipeline = Pipeline.read(whole, trusted);
        AddedTokens added = AddedTokens.read(whole, model, published.asWritten(), published.special(), pipeline);
        Map<Integer, String> tokens = new HashMap<>(model.tokens());
        Set<String> specialTexts = new HashSet<>();
        for (AddedToken token : added.tokens()) {
            int id = added.id(token.content());
            if (model.ids().containsKey(token.content())) {
                tokens.remove(id);
            }
            if (tokens.put(id, AddedTokens.spelled(token, pipeline)) != null) {
                throw whole.error(
                        "token \"" + StrictJson.shown(token.content()) + "\" has id " + id + ", which is taken");
            }
            if (token.special()) {
                specialTexts.add(token.content());
            }
        }
        Set<Integer> special = new HashSet<>();
        int last = modelSize - 1;
        for (Map.Entry<Integer, String> token : tokens.entrySet()) {
            // A special token that the normalizer changes is not special to the library, which compares the texts.
            if (specialTexts.contains(token.getValue())) {
                special.add(token.getKey());
            }
            last = Math.max(last, token.getKey());
        }
        return new Vocabulary(
                new TokenizerJson(whole.file(), added, pipeline.json(), model),
                tokens,
                special,
                decoder(published, trusted),
                published.ends(added),
                last,
                pipeline.isGpt2() && added.plain() && model instanceof BpeModel bpe && bpe.hasAllBytes(),
                start(published.special()),
                pipeline.hasExpression() ? MOST_OF_EXPRESSIONS : MOST,
                published.config().flag("split_special_tokens"),
                VocabularyText.notes(files, whole));
    }

    private static @Nullable String start(SpecialTokens special) {
        boolean published = special.named().values().stream()
                .anyMatch(token -> token.content().equals(END_OF_TEXT));
        return published
                ? END_OF_TEXT
                : Stream.of("bos_token", "cls_token", "eos_token", "sep_token")
                        .map(special.named()::get)
                        .filter(Objects::nonNull)
                        .map(AddedToken::content)
                        .findFirst()
                        .orElse(null);
    }

    private static DecoderSteps decoder(PublishedTokenizer published, boolean trusted)
            throws MalformedCheckpointException {
        SentencePieceModel own = published.own();
        return own == null
                ? DecoderSteps.read(published.whole(), published.cleansUp(), trusted)
                : DecoderSteps.of(own, published.special().texts(), published.cleansUp());
    }

    /**
     * Returns the token of an id, or null if the model has the id but the tokenizer does not use it.
     *
     * @throws IllegalArgumentException if neither has the id
     */
    @Nullable
    public String find(int id) {
        if (id < 0 || id > last) {
            throw new IllegalArgumentException("id " + id + " is out of range, expected 0 to " + last);
        }
        return tokens.get(id);
    }

    /**
     * Returns the bytes of a token within a text, which may be a part of a character.
     *
     * @param token a token of the vocabulary
     */
    public byte[] spelled(String token) {
        int single = ByteSteps.value(token);
        if (single >= 0 && decoder.types().contains(DecoderSteps.BYTE_FALLBACK)) {
            return new byte[] {(byte) single};
        }
        if (decoder.types().contains(DecoderSteps.BYTE_LEVEL)) {
            return ByteLevel.spelled(token);
        }
        // The token's text is the text that it adds between two other tokens.
        String before = text("a");
        String both = text("a", "b");
        String behind = both.substring(Math.min(before.length(), both.length()));
        String all = text("a", token, "b");
        boolean between = all.length() >= both.length() && all.startsWith(before) && all.endsWith(behind);
        String added = between ? all.substring(before.length(), all.length() - behind.length()) : token;
        return added.getBytes(StandardCharsets.UTF_8);
    }

    private String text(String... all) {
        Text text = new Text();
        Pieces pieces = decoder.start(text, false);
        for (String token : all) {
            pieces.part(token, true);
        }
        pieces.end();
        return text.take();
    }

    /** Returns the number of characters of the longest token. */
    public int longest() {
        return tokens.values().stream().mapToInt(String::length).max().orElse(0);
    }
}
