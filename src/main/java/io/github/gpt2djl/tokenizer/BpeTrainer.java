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
 * Learns a tokenizer of GPT-2's kind from texts: byte-pair encoding on bytes. The two neighbouring tokens that are the
 * most frequent become one token, again and again, until there are enough.
 *
 * <p>That is Algorithm 1 of Sennrich et al. on the words of GPT-2's regular expression, spelled in bytes (Radford et
 * al.). As in their fast program and in Hugging Face's trainer, equal words are counted once, and a merge touches only
 * the words that have its pair. Ids and merges are those of Hugging Face's {@code BpeTrainer} with the byte alphabet: of
 * pairs that are equally frequent, the one of the lowest ids comes first.
 *
 * <p>The time goes with the different words, not with the text's length. A word's every merge looks through all of it:
 * a million letters without a space, such as base64, take seconds for a thousand merges.
 *
 * <pre>{@code
 * String json = BpeTrainer.train("low low low lower lower newest newest widest", 262);
 * try (Tokenizer tokenizer = Tokenizer.load(
 *         new Checkpoint.TokenizerFiles("tokenizer.json", json, null), ModelConfig.Architecture.GPT2, 262)) {
 *     System.out.println(tokenizer.encode("lowest", false).length); // 2
 * }
 * }</pre>
 *
 * @see <a href="https://aclanthology.org/P16-1162/">Neural Machine Translation of Rare Words with Subword Units</a>
 * @see <a href="https://github.com/rsennrich/subword-nmt/blob/master/subword_nmt/learn_bpe.py">their fast program</a>
 * @see <a href="https://github.com/huggingface/tokenizers/blob/main/tokenizers/src/models/bpe/trainer.rs">Hugging
 *     Face's trainer</a>
 */
public final class BpeTrainer {
    private static final String END = "<|endoftext|>";
    private static final NamedOption SIZE = NamedOption.of("vocabularySize", "vocab_size");
    private static final int LEAST_SIZE = 256 + 1;
    /** What the texts have once is no pattern, and a model would meet its token once. */
    private static final long LEAST_COUNT = 2;

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

    /** By id, in the byte alphabet. */
    private final List<String> tokens = new ArrayList<>();

    private final List<Pair> merges = new ArrayList<>();
    private final Pairs pairs = new Pairs();

    /** Told how the training goes, on the thread that trains; what it throws ends the training. */
    @FunctionalInterface
    public interface Progress {
        /**
         * A merge has been learned.
         *
         * @param tokens that there are now, of bytes, merges and {@code <|endoftext|>}
         * @param vocabularySize how many there will be
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
     * Learns from one text.
     *
     * @param text of any length
     * @param vocabularySize see {@link #train(Iterable, int, Progress)}
     * @return the text of a tokenizer.json
     * @throws IllegalArgumentException see {@link #train(Iterable, int, Progress)}
     */
    public static String train(String text, int vocabularySize) {
        return train(List.of(text), vocabularySize, (tokens, of) -> {});
    }

    /**
     * Learns from several texts; no word begins in one and ends in the next.
     *
     * @param texts read once; a {@code <|endoftext|>} in a text ends it there, and is not learned from
     * @param vocabularySize at least 257: the 256 bytes in the order of their characters, the merges, and
     *     {@code <|endoftext|>} with the last id
     * @param progress told of each merge
     * @return the text of a tokenizer.json
     * @throws IllegalArgumentException if the size is less, if a text has a lone surrogate, if there is no text, or if
     *     it is too short: merges end where no pair occurs twice
     */
    public static String train(Iterable<String> texts, int vocabularySize, Progress progress) {
        if (vocabularySize < LEAST_SIZE) {
            throw InvalidOptionException.value(SIZE, vocabularySize, "at least ", LEAST_SIZE, ": 256 bytes and ", END);
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
        // One more for the end of text.
        while (tokens.size() + 1 < vocabularySize) {
            Pairs.Waiting next = pairs.next();
            if (next == null || next.count() < LEAST_COUNT) {
                int most = tokens.size() + 1;
                throw InvalidOptionException.value(
                                SIZE,
                                vocabularySize,
                                "at most ",
                                most,
                                ": with " + most + " tokens no two neighbours are left that the text has twice")
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
        // A space parts them: the byte alphabet has none.
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
