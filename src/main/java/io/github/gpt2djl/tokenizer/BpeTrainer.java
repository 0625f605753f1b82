package io.github.gpt2djl.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.NamedOption;
import io.github.gpt2djl.internal.json.JsonText;
import io.github.gpt2djl.internal.tokenizer.ByteLevel;
import io.github.gpt2djl.internal.tokenizer.Pair;
import io.github.gpt2djl.internal.tokenizer.Pairs;
import io.github.gpt2djl.internal.tokenizer.Word;
import io.github.gpt2djl.internal.tokenizer.Words;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Trains a byte-level byte-pair encoding like GPT-2's from texts. Training merges the most frequent pair of
 * neighbouring tokens into a new token until the vocabulary is complete.
 *
 * <p>This is Algorithm 1 of Sennrich et al. on the words of GPT-2's regular expression, encoded in bytes (Radford et
 * al.). As in the fast program of Sennrich et al. and in Hugging Face's trainer, equal words are processed once, and a
 * merge touches only the words that contain its pair. Ids and merges are those of Hugging Face's {@code BpeTrainer}
 * with the byte alphabet: among equally frequent pairs, the one with the lowest ids comes first.
 *
 * <p>The time depends on the number of different words, not on the text's length. Each merge in a word scans the whole
 * word: a million letters without a space, such as base64, take seconds for a thousand merges.
 *
 * <pre>{@code
 * String json = BpeTrainer.train("low low low lower lower newest newest widest", 262);
 * try (Tokenizer tokenizer = Tokenizer.load(
 *         new TokenizerFiles("tokenizer.json", json, null), ModelConfig.Architecture.GPT2, 262)) {
 *     System.out.println(tokenizer.encode("lowest", false).length); // 2
 * }
 * }</pre>
 *
 * @see <a href="https://aclanthology.org/P16-1162/">Neural Machine Translation of Rare Words with Subword Units</a>
 * @see <a href="https://github.com/rsennrich/subword-nmt/blob/master/subword_nmt/learn_bpe.py">the fast program of
 *     Sennrich et al.</a>
 * @see <a href="https://github.com/huggingface/tokenizers/blob/main/tokenizers/src/models/bpe/trainer.rs">Hugging
 *     Face's trainer</a>
 */
public final class BpeTrainer {
    private static final String END = "<|endoftext|>";
    private static final NamedOption SIZE = NamedOption.of("vocabularySize", "vocab_size");
    private static final int MIN_SIZE = 256 + 1;

    /** A pair that occurs once is no pattern, and a model would see its token once. */
    private static final long MIN_COUNT = 2;

    private static final String FORM = """
            {
              "version": "1.0",
              "truncation": null,
              "padding": null,
              "added_tokens": [{"id": null, "content": "<|endoftext|>", "single_word": false, "lstrip": false,
                                "rstrip": false, "normalized": false, "special": true}],
              "normalizer": null,
              "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
              "post_processor": null,
              "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
              "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": "",
                        "end_of_word_suffix": "", "fuse_unk": false, "byte_fallback": false}
            }
            """;

    /** The tokens by id, in the byte alphabet. */
    private final List<String> tokens = new ArrayList<>();

    private final List<Pair> merges = new ArrayList<>();
    private final Pairs pairs = new Pairs();

    /**
     * A listener to the progress of training, called on the thread that trains; an exception it throws ends the
     * training.
     */
    @FunctionalInterface
    public interface Progress {
        /**
         * Called after each merge.
         *
         * @param tokens number of tokens so far: bytes, merges and {@code <|endoftext|>}
         * @param vocabularySize number of tokens at the end
         */
        void learned(int tokens, int vocabularySize);
    }

    private BpeTrainer() {
        IntStream.range(0, 256)
                .mapToObj(b -> String.valueOf(ByteLevel.character(b)))
                .sorted()
                .forEach(tokens::add);
    }

    /**
     * Trains on one text.
     *
     * @param text a text of any length
     * @param vocabularySize see {@link #train(Iterable, int, Progress)}
     * @return the text of a tokenizer.json
     * @throws IllegalArgumentException see {@link #train(Iterable, int, Progress)}
     */
    public static String train(String text, int vocabularySize) {
        return train(List.of(text), vocabularySize, (tokens, of) -> {});
    }

    /**
     * Trains on several texts; a word never spans two texts.
     *
     * @param texts read once; {@code <|endoftext|>} in a text separates texts, and is not trained on
     * @param vocabularySize at least 257: the 256 bytes in the order of their characters, the merges, and
     *     {@code <|endoftext|>} with the last id
     * @param progress a listener, called after each merge
     * @return the text of a tokenizer.json
     * @throws IllegalArgumentException if the size is less than 257, if a text has a lone surrogate, if there is no
     *     text, or if the texts are too short: a pair that occurs once is not merged
     */
    public static String train(Iterable<String> texts, int vocabularySize, Progress progress) {
        if (vocabularySize < MIN_SIZE) {
            throw InvalidOptionException.value(SIZE, vocabularySize, "at least ", MIN_SIZE, ": 256 bytes and ", END);
        }
        Map<String, Long> words = Words.count(texts, END);
        if (words.isEmpty()) {
            throw new IllegalArgumentException("the text is empty, expected one to learn words from");
        }
        BpeTrainer trainer = new BpeTrainer();
        trainer.count(words);
        trainer.learn(vocabularySize, progress);
        return trainer.json();
    }

    private void count(Map<String, Long> words) {
        Map<String, Integer> ids = new HashMap<>();
        tokens.forEach(token -> ids.put(token, ids.size()));
        int[] byByte = IntStream.range(0, 256)
                .map(b -> ids.getOrDefault(String.valueOf(ByteLevel.character(b)), -1))
                .toArray();
        words.forEach((word, count) -> {
            byte[] utf8 = word.getBytes(StandardCharsets.UTF_8);
            int[] spelled = IntStream.range(0, utf8.length)
                    .map(i -> byByte[utf8[i] & 255])
                    .toArray();
            new Word(spelled, count).addTo(pairs);
        });
        pairs.queueFound();
    }

    private void learn(int vocabularySize, Progress progress) {
        // One more for <|endoftext|>.
        while (tokens.size() + 1 < vocabularySize) {
            Pairs.Waiting next = pairs.next();
            if (next == null || next.count() < MIN_COUNT) {
                int max = tokens.size() + 1;
                throw InvalidOptionException.value(
                                SIZE,
                                vocabularySize,
                                "at most ",
                                max,
                                ": with " + max + " tokens no two neighbours are left that the text has twice")
                        .withAdvice("choose a smaller one, or a longer text");
            }
            Pair pair = next.pair();
            int joined = tokens.size();
            tokens.add(tokens.get(pair.first()) + tokens.get(pair.second()));
            merges.add(pair);
            next.words().forEach(word -> word.join(pair, joined, pairs));
            pairs.queueFound();
            progress.learned(tokens.size() + 1, vocabularySize);
        }
    }

    private String json() {
        JsonObject vocabulary = new JsonObject();
        tokens.forEach(token -> vocabulary.addProperty(token, vocabulary.size()));
        vocabulary.addProperty(END, tokens.size());
        JsonArray joined = new JsonArray();
        // Separated by a space, which the byte alphabet does not contain.
        merges.forEach(pair -> joined.add(tokens.get(pair.first()) + " " + tokens.get(pair.second())));
        JsonObject whole = JsonText.object(FORM);
        JsonObject end = whole.getAsJsonArray("added_tokens").get(0).getAsJsonObject();
        end.addProperty("id", tokens.size());
        JsonObject model = whole.getAsJsonObject("model");
        model.add("vocab", vocabulary);
        model.add("merges", joined);
        return JsonText.pretty(whole).stripTrailing();
    }
}
