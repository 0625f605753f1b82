package io.github.gpt2djl.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import io.github.gpt2djl.testing.ShippedVocabulary;
import io.github.gpt2djl.tokenizer.Detokenizer;
import io.github.gpt2djl.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ids against jtokkit's r50k_base, an independent implementation of GPT-2's encoding. */
class TokenizerTest {
    private static Tokenizer gpt2;

    @BeforeAll
    static void load() throws IOException {
        gpt2 = Tokenizer.load(Gpt2Vocabulary.files(), Architecture.GPT2, 50257);
    }

    @AfterAll
    static void close() {
        gpt2.close();
    }

    @Test
    void publishedIds() {
        assertThat(gpt2.encode("Hello, I am", false)).containsExactly(15496, 11, 314, 716);
        assertThat(gpt2.encode("The dog", false)).containsExactly(464, 3290);
        assertThat(gpt2.encode("Hello, my dog is a little", false))
                .containsExactly(15496, 11, 616, 3290, 318, 257, 1310);
        assertThat(gpt2.encode("", false)).isEmpty();
    }

    @Test
    void sameIdsAsJtokkitAndTheSameTextBack() {
        Encoding oracle = Encodings.newDefaultEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
        List<String> texts = texts();
        assertThat(texts).hasSizeGreaterThan(1000);
        for (String text : texts) {
            int[] ids = gpt2.encode(text, false);
            assertThat(ids)
                    .as("ids of %s", text)
                    .containsExactly(oracle.encodeOrdinary(text).toArray());
            assertThat(gpt2.decode(ids, false)).isEqualTo(text);
        }
    }

    /** All of Unicode that Java knows, emoji, whitespace runs, code and CJK; seeded. */
    private static List<String> texts() {
        List<String> texts = new ArrayList<>(List.of(
                "I'll say it's they've we'd you're I'm don't 'S 'LL",
                "   leading, trailing   \n\n\t tabs\t\t and \r\n lines \n",
                "public static void main(String[] args) {\n    System.out.println(\"hi\");\n}\n",
                "def f(x):\n\treturn {k: v for k, v in x.items() if v != 0x1F}\n",
                "人类的未来是什么？日本語のテキスト、한국어 문장.",
                "👩‍👩‍👧‍👦 🇩🇪 👍🏽 😀😃😄 ❤️",
                "naïve café Ünïcödé ﬁ ﬂ ½ ² Ⅷ ٣ ४",
                "1234567890 3.14159 1,000,000 1e-5",
                "a\u0000b\u200bc\u202ed\u00a0e\u2028f\u3000g"));
        String[] alphabets = {
            "abcdefghijklmnopqrstuvwxyz ABC'",
            " \n\t\r\u00a0\u3000x",
            "(){}[];:.,=+-*/<>!&|^%#\"' \nabc123",
            "的一是不了人我在有他这为之大来以个中上们日本語한국어 ",
            "😀😁👍🏽🇩🇪👩‍💻❤️ a",
            "äöüßéèêñçøåæœÄÖÜ aeiou"
        };
        Random random = new Random(2019);
        for (String alphabet : alphabets) {
            int[] points = alphabet.codePoints().toArray();
            for (int i = 0; i < 120; i++) {
                texts.add(text(random, () -> points[random.nextInt(points.length)]));
            }
        }
        for (int i = 0; i < 400; i++) {
            texts.add(text(random, () -> anyCodePoint(random)));
        }
        return texts;
    }

    private static String text(Random random, java.util.function.IntSupplier codePoint) {
        StringBuilder text = new StringBuilder();
        for (int n = 1 + random.nextInt(60); n > 0; n--) {
            text.appendCodePoint(codePoint.getAsInt());
        }
        return text.toString();
    }

    /** What Java calls unassigned may be a letter to a newer Unicode, which the two tokenizers could split apart. */
    private static int anyCodePoint(Random random) {
        while (true) {
            int limit = random.nextBoolean() ? 0x3000 : Character.MAX_CODE_POINT + 1;
            int point = random.nextInt(limit);
            int type = Character.getType(point);
            if (type != Character.UNASSIGNED && type != Character.SURROGATE) {
                return point;
            }
        }
    }

    @Test
    void specialTokensByChoice() {
        assertThat(gpt2.encode("a<|endoftext|>b", false)).containsExactly(64, 50256, 65);
        assertThat(gpt2.encode("<|endoftext|>", true)).containsExactly(27, 91, 437, 1659, 5239, 91, 29);
        assertThat(gpt2.decode(new int[] {64, 50256, 65}, false)).isEqualTo("a<|endoftext|>b");
        assertThat(gpt2.decode(new int[] {64, 50256, 65}, true)).isEqualTo("ab");
    }

    @Test
    void piecesHoldWholeCharactersOnly() {
        String text = "a👍🏽b€";
        Detokenizer pieces = gpt2.detokenizer(true);
        StringBuilder all = new StringBuilder();
        for (int id : gpt2.encode(text, false)) {
            String piece = pieces.add(id, false);
            assertThat(piece).doesNotContain("\uFFFD");
            assertThat(piece.isEmpty() || !Character.isHighSurrogate(piece.charAt(piece.length() - 1)))
                    .isTrue();
            all.append(piece);
        }
        assertThat(all.append(pieces.finish()).toString()).isEqualTo(text);
    }

    @Test
    void brokenBytesBecomeReplacementCharacters() {
        // As Python's bytes.decode("utf-8", errors="replace").
        PieceDecoder pieces = new PieceDecoder();
        assertThat(pieces.add(new byte[] {'a', (byte) 0xff})).isEqualTo("a\uFFFD");
        assertThat(pieces.add(new byte[] {(byte) 0xf0, (byte) 0x9f})).isEmpty();
        assertThat(pieces.add(new byte[] {'b'})).isEqualTo("\uFFFDb");
        assertThat(pieces.add(new byte[] {(byte) 0xe2, (byte) 0x82})).isEmpty();
        assertThat(pieces.finish(new byte[0])).isEqualTo("\uFFFD");
    }

    @Test
    void loneSurrogatesAreRejected() {
        assertThatThrownBy(() -> gpt2.encode("ab\ud83d", false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the text has the lone surrogate U+D83D at index 2, expected well-formed Unicode");
        assertThatThrownBy(() -> gpt2.encode("\ude00", false)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> gpt2.encode("\ud83d\ud83d\udc4d", false)).hasMessageContaining("U+D83D at index 0");
        assertThatThrownBy(() -> gpt2.encode("\ud83d\udc4d\udc4d", true)).hasMessageContaining("U+DC4D at index 2");
        assertThatThrownBy(() -> gpt2.encode("\ud83da", false)).hasMessageContaining("U+D83D at index 0");
    }

    @Test
    void idsOfNoTokenAreRejected() {
        assertThat(gpt2.decode(new int[] {0, 50256}, false)).isEqualTo("!<|endoftext|>");
        assertThatThrownBy(() -> gpt2.decode(new int[] {50257}, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("id 50257 is out of range, expected 0 to 50256");
    }

    /** Its version, then DJL's. */
    @Test
    void theLibraryTellsItsVersion() {
        assertThat(Tokenizer.libraryVersion()).matches("\\d+\\.\\d+\\.\\d+-0\\.\\d+\\.\\d+.*");
    }

    /** Long texts are encoded in parts of a million characters. */
    @Test
    void partsHaveTheIdsOfTheWhole() {
        Random random = new Random(11);
        StringBuilder text = new StringBuilder();
        List<String> texts = texts();
        while (text.length() < 5 << 18) {
            text.append(texts.get(random.nextInt(texts.size()))).append(random.nextBoolean() ? " " : "\n");
        }
        assertThat(gpt2.encode(text.toString(), true))
                .isEqualTo(Encodings.newDefaultEncodingRegistry()
                        .getEncoding(EncodingType.R50K_BASE)
                        .encodeOrdinary(text.toString())
                        .toArray());
    }

    @Test
    void nothingIsTruncated() {
        assertThat(gpt2.encode(" a".repeat(5000), false)).hasSize(5000);
    }

    @Test
    void saysThatItIsClosed() throws IOException {
        Tokenizer closed = Tokenizer.load(Gpt2Vocabulary.files(), Architecture.GPT2, 50257);
        closed.close();
        closed.close();
        assertThatThrownBy(() -> closed.encode("a", false))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> closed.encode("a", true)).isInstanceOf(IllegalStateException.class);
        assertThat(elsewhere(() -> closed.encode("a", true)))
                .failsWithin(Duration.ofSeconds(30))
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void noThreadKeepsTheOthersOut() {
        assertThat(gpt2.encode("a", true)).containsExactly(64);
        assertThat(elsewhere(() -> gpt2.encode("b", true)))
                .succeedsWithin(Duration.ofSeconds(30))
                .isEqualTo(new int[] {65});
    }

    private static <T> Future<T> elsewhere(Callable<T> call) {
        FutureTask<T> task = new FutureTask<>(call);
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    @Test
    void theShippedTokenizerReadsItsOwnText() throws IOException {
        Path file = Path.of("models/shakespeare/tokenizer.json");
        try (Tokenizer shipped = Tokenizer.load(
                new TokenizerFiles(file.toString(), Files.readString(file), null),
                Architecture.GPT2,
                ShippedVocabulary.SIZE)) {
            // Before anything else: the tokenizer without added tokens is made when it is first asked for.
            assertThat(shipped.encode("<|endoftext|>", true)).hasSizeGreaterThan(1);
            assertThat(shipped.encode("<|endoftext|>", false)).hasSize(1);
            String text = "ROMEO:\nBut soft, what light through yonder window breaks? 👍";
            int[] ids = shipped.encode(text, false);
            assertThat(shipped.decode(ids, false)).isEqualTo(text);
            assertThat(Arrays.stream(ids).max().orElseThrow()).isLessThan(ShippedVocabulary.SIZE);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[] | expected a tokenizer.json of Hugging Face's tokenizers",
                "{ | expected a tokenizer.json of Hugging Face's tokenizers",
                "{} | model is null, expected an object with a vocab",
                // No file names a class, so this counts as it is written.
                "{'model':{'type':'Unigram','vocab':{}}} | vocab of Unigram is not a list of pieces and scores",
                "{'model':{'type':'BPE','vocab':[]}} | model.vocab is [], expected an object",
                "{'model':{'merges':[],'vocab':{'a':0,'b':-1}},'decoder':{'type':'ByteLevel'}} | has id -1",
                "{'model':{'merges':[],'vocab':{'a':0,'b':0}},'decoder':{'type':'ByteLevel'}} | has id 0, which is taken",
                "{'model':{'vocab':{'a':'x'}},'decoder':{'type':'ByteLevel'}} | model.vocab.a is \"x\", expected a whole number",
                "{'model':{'vocab':[]},'decoder':{'type':'ByteLevel'}} | model.vocab is [], expected an object",
            })
    void wrongTokenizersAreRejected(String json, String message) {
        TokenizerFiles files = new TokenizerFiles("folder/tokenizer.json", json.replace('\'', '"'), null);
        assertThatThrownBy(() -> Tokenizer.load(files, Architecture.GPT2, 129))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageStartingWith("folder/tokenizer.json: ")
                .hasMessageContaining(message);
    }

    /** As in transformers, which fails only where an id is used that the model has no row for. */
    @Test
    void theModelMayHaveFewerRowsOrMore() throws IOException {
        for (int rows : new int[] {2048, 50400, Integer.MAX_VALUE}) {
            try (Tokenizer tokenizer = Tokenizer.load(Gpt2Vocabulary.files(), Architecture.GPT2, rows)) {
                assertThat(tokenizer.encode("Hello, I am", false)).containsExactly(15496, 11, 314, 716);
                assertThat(tokenizer.decode(new int[] {50256}, false)).isEqualTo("<|endoftext|>");
                assertThat(tokenizer.decode(new int[] {Math.max(rows - 1, 50256)}, true))
                        .isEmpty();
            }
        }
    }
}
