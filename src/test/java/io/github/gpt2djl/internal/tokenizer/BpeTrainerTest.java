package io.github.gpt2djl.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.GptBytePairEncodingParams;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import io.github.gpt2djl.tokenizer.BpeTrainer;
import io.github.gpt2djl.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** src/test/python/make_bpe_references.py wrote what Hugging Face's trainer learns from the same texts. */
class BpeTrainerTest {
    private static final String END = "<|endoftext|>";
    private static final int LEAST = 257;
    private static final Expected EXPECTED = read();

    private record Expected(List<String> alphabet, List<List<Object>> kinds, List<Case> cases) {}

    /**
     * A text and all merges that it supports.
     *
     * @param merges of pairs that are there twice or more
     */
    record Case(String text, List<String> merges) {
        int size() {
            return LEAST + merges.size();
        }

        @Override
        public String toString() {
            return text.substring(0, Math.min(20, text.length()));
        }
    }

    private static Expected read() {
        try {
            return new Gson()
                    .fromJson(Files.readString(Path.of("src/test/resources/reference/bpe.json")), Expected.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Case> cases() {
        return EXPECTED.cases;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void sameVocabularyAndMergesAsHuggingFace(Case one) {
        assertThat(one.merges).hasSizeGreaterThan(4);
        for (int merges : new int[] {0, 1, one.merges.size() / 2, one.merges.size()}) {
            JsonObject json = parse(BpeTrainer.train(one.text, LEAST + merges));
            assertThat(merges(json)).isEqualTo(one.merges.subList(0, merges));
            List<String> tokens = new ArrayList<>(EXPECTED.alphabet);
            one.merges.subList(0, merges).forEach(merge -> tokens.add(merge.replace(" ", "")));
            tokens.add(END);
            Map<String, Integer> ids = new LinkedHashMap<>();
            tokens.forEach(token -> ids.put(token, ids.size()));
            assertThat(vocabulary(json)).containsExactlyEntriesOf(ids);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void rejectsMoreTokensThanTheTextSupports(Case one) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BpeTrainer.train(one.text, one.size() + 1))
                .withMessage(
                        "vocabularySize is %d, expected at most %d: with %d tokens no two neighbours are left that"
                                + " the text has twice; choose a smaller one, or a longer text",
                        one.size() + 1, one.size(), one.size());
    }

    /** Of all characters that this JDK knows: newer ones have no kind in it. */
    @Test
    void cutsAsHuggingFaceDoes() {
        int compared = 0;
        for (int i = 0; i < EXPECTED.kinds.size(); i++) {
            int from = ((Number) EXPECTED.kinds.get(i).get(0)).intValue();
            int to = i + 1 < EXPECTED.kinds.size()
                    ? ((Number) EXPECTED.kinds.get(i + 1).get(0)).intValue()
                    : Character.MAX_CODE_POINT + 1;
            for (int point = from; point < to; point++) {
                int type = Character.getType(point);
                if (type != Character.UNASSIGNED && type != Character.SURROGATE) {
                    assertThat(kind(point))
                            .as("U+%04X", point)
                            .isEqualTo(EXPECTED.kinds.get(i).get(1));
                    compared++;
                }
            }
        }
        // Unicode 13 has 143,859, and 137,468 for private use.
        assertThat(compared).isGreaterThan(280_000);
    }

    private static String kind(int point) {
        String character = Character.toString(point);
        if (isWord("a" + character + "a")) {
            return "letter";
        }
        if (isWord("1" + character + "1")) {
            return "number";
        }
        return isWord("!" + character + "!") ? "sign" : "space";
    }

    private static boolean isWord(String text) {
        return Words.count(List.of(text), END).containsKey(text);
    }

    @Test
    void countsWords() {
        String text = "to be  or not" + END + " to\n\nbe" + END + END;
        Map<String, Long> words = Words.count(List.of(text, "I'll be", ""), END);
        assertThat(words)
                .isEqualTo(Map.of(
                        "to", 1L, " be", 2L, " ", 1L, " or", 1L, " not", 1L, " to", 1L, "\n", 2L, "be", 1L, "I", 1L,
                        "'ll", 1L));
    }

    @Test
    void bordersOfTextsAreBordersOfWords() {
        String apart = BpeTrainer.train(List.of("ab", "cabcab", "ca"), 259, (tokens, of) -> {});
        assertThat(BpeTrainer.train("ab" + END + "cabcab" + END + "ca", 259)).isEqualTo(apart);
        assertThat(merges(parse(apart))).containsExactly("a b", "c ab");
        // In one piece "bc" would be there three times, and "ca" as well.
        assertThat(merges(parse(BpeTrainer.train("abcabcabca", 259)))).containsExactly("a b", "ab c");
    }

    /** But for what is learned. */
    @Test
    void formIsThatOfTheShippedTokenizer() throws IOException {
        JsonObject shipped = parse(Files.readString(Path.of("models/shakespeare/tokenizer.json")));
        JsonObject learned = parse(BpeTrainer.train(cases().get(0).text, 300));
        assertThat(learned.getAsJsonArray("added_tokens")
                        .get(0)
                        .getAsJsonObject()
                        .remove("id")
                        .getAsInt())
                .isEqualTo(299);
        shipped.getAsJsonArray("added_tokens").get(0).getAsJsonObject().remove("id");
        for (JsonObject json : List.of(shipped, learned)) {
            for (String key : List.of("vocab", "merges")) {
                assertThat(json.getAsJsonObject("model").remove(key)).isNotNull();
            }
        }
        assertThat(learned.toString()).isEqualTo(shipped.toString());
    }

    /** Ids as jtokkit's with the learned vocabulary, on texts that were learned from and on others. */
    @ParameterizedTest
    @ValueSource(ints = {257, 300, 640})
    void encodesAndDecodesAnyText(int size) throws IOException {
        String all = cases().stream().map(Case::text).collect(Collectors.joining(END));
        String json = BpeTrainer.train(all, size);
        Encoding oracle = oracle(parse(json));
        List<String> texts = new ArrayList<>();
        cases().forEach(one -> texts.add(one.text.replace(END, "")));
        Random random = new Random(7);
        int[] points = all.codePoints().toArray();
        for (int i = 0; i < 300; i++) {
            StringBuilder text = new StringBuilder();
            random.ints(random.nextInt(80), 0, points.length).forEach(at -> text.appendCodePoint(points[at]));
            texts.add(text.toString());
        }
        try (Tokenizer tokenizer =
                Tokenizer.load(new TokenizerFiles("tokenizer.json", json, null), Architecture.GPT2, size)) {
            for (String text : texts) {
                int[] ids = tokenizer.encode(text, false);
                assertThat(ids)
                        .as("ids of %s", text)
                        .containsExactly(oracle.encodeOrdinary(text).toArray());
                assertThat(tokenizer.decode(ids, false)).isEqualTo(text);
            }
            assertThat(tokenizer.encode(END, false)).containsExactly(size - 1);
        }
    }

    private static Encoding oracle(JsonObject json) {
        Map<byte[], Integer> ranks = new HashMap<>();
        vocabulary(json).forEach((token, id) -> {
            if (!token.equals(END)) {
                ranks.put(Objects.requireNonNull(ByteLevel.bytes(token)), id);
            }
        });
        Pattern words = Pattern.compile(
                "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
                Pattern.UNICODE_CHARACTER_CLASS);
        var registry = Encodings.newLazyEncodingRegistry();
        registry.registerGptBytePairEncoding(new GptBytePairEncodingParams("learned", words, ranks, Map.of()));
        return registry.getEncoding("learned").orElseThrow();
    }

    /** A regular expression could run out of stack on them, and pairs overlap. */
    @ParameterizedTest
    @CsvSource({"a, a", "' ', Ġ", "'!', !", "7, 7"})
    void learnsFromLongRuns(String sign, String token) {
        String run = sign.repeat(1_000_003);
        assertThat(merges(parse(BpeTrainer.train(run, 260))))
                .containsExactly(
                        token + " " + token,
                        token.repeat(2) + " " + token.repeat(2),
                        token.repeat(4) + " " + token.repeat(4));
    }

    @Test
    void tellsHowItGoes() {
        List<String> told = new ArrayList<>();
        BpeTrainer.train(List.of("aaaa aaaa aaaa"), 260, (tokens, of) -> told.add(tokens + " of " + of));
        assertThat(told).containsExactly("258 of 260", "259 of 260", "260 of 260");
        assertThatIllegalStateException()
                .isThrownBy(() -> BpeTrainer.train(List.of("aaaa aaaa aaaa"), 260, (tokens, of) -> {
                    throw new IllegalStateException("enough");
                }))
                .withMessage("enough");
    }

    @Test
    void rejectsWhatItCannotLearnFrom() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BpeTrainer.train("to be or not to be", 256))
                .withMessage("vocabularySize is 256, expected at least 257: 256 bytes and <|endoftext|>");
        for (String empty : List.of("", END, END + END)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> BpeTrainer.train(empty, 257))
                    .withMessage("the text is empty, expected one to learn words from");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BpeTrainer.train(List.of("fine", "a\uD83D"), 257, (tokens, of) -> {}))
                .withMessage("the text has the lone surrogate U+D83D at index 1, expected well-formed Unicode");
    }

    private static JsonObject parse(String json) {
        return JsonParser.parseString(json).getAsJsonObject();
    }

    private static List<String> merges(JsonObject json) {
        return json.getAsJsonObject("model").getAsJsonArray("merges").asList().stream()
                .map(JsonElement::getAsString)
                .toList();
    }

    private static Map<String, Integer> vocabulary(JsonObject json) {
        Map<String, Integer> ids = new LinkedHashMap<>();
        json.getAsJsonObject("model")
                .getAsJsonObject("vocab")
                .entrySet()
                .forEach(entry -> ids.put(entry.getKey(), entry.getValue().getAsInt()));
        return ids;
    }
}
