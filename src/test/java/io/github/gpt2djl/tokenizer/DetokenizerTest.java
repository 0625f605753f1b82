package io.github.gpt2djl.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import io.github.gpt2djl.internal.tokenizer.PieceDecoder;
import io.github.gpt2djl.internal.tokenizer.Vocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes to pieces of text, without a tokenizer's files. */
class DetokenizerTest {
    /** "a" within a word, "b" at a word's end, a special token, and a row of padding. */
    private static Vocabulary words() throws MalformedCheckpointException {
        return vocabulary("{\"a\": 0, \"b</w>\": 1, \"<unk>\": 2}", Architecture.GPT, 4);
    }

    /** "a" and the first half of é. */
    private static Vocabulary bytes() throws MalformedCheckpointException {
        return vocabulary("{\"a\": 0, \"Ã\": 1}", Architecture.GPT2, 2);
    }

    private static Vocabulary vocabulary(String json, Architecture architecture, int size)
            throws MalformedCheckpointException {
        return Vocabulary.read(new TokenizerFiles("vocab.json", json, ""), architecture, size, false);
    }

    @Test
    void aSpaceFollowsTheEndOfAWord() throws MalformedCheckpointException {
        assertThat(text(new Detokenizer(words(), false), 0, 1, 0, 0, 1, 1, 2, 0))
                .isEqualTo("ab aab b <unk>a");
        // What is skipped is as if it were not there.
        assertThat(text(new Detokenizer(words(), true), 0, 1, 2, 3, 0)).isEqualTo("ab a");
        assertThat(text(new Detokenizer(words(), false), 3, 1, 3, 0)).isEqualTo("b a");
    }

    @Test
    void aSpaceComesWithTheTokenAfterAWordThatHasEnded() throws MalformedCheckpointException {
        Detokenizer pieces = new Detokenizer(words(), false);
        assertThat(pieces.add(0, false) + pieces.add(1, false)).isEqualTo("ab");
        assertThat(pieces.add(0, false)).isEqualTo(" a");
        assertThat(pieces.add(0, false)).isEqualTo("a");
    }

    @Test
    void aTokenThatIsSkippedIsHidden() throws MalformedCheckpointException {
        assertThat(new Detokenizer(words(), true).hidden(2)).isEqualTo("<unk>");
        assertThat(new Detokenizer(words(), true).hidden(0)).isEmpty();
        assertThat(new Detokenizer(words(), true).hidden(3)).isEmpty();
        assertThat(new Detokenizer(words(), false).hidden(2)).isEmpty();
    }

    @Test
    void theLastPieceHoldsWhatIsOpen() throws MalformedCheckpointException {
        Detokenizer pieces = new Detokenizer(bytes(), false);
        assertThat(pieces.add(1, false)).isEmpty();
        assertThat(pieces.add(0, true)).isEqualTo("\uFFFDa");
        assertThat(new Detokenizer(bytes(), false).add(1, true)).isEqualTo("\uFFFD");
        assertThat(text(new Detokenizer(bytes(), false), 0, 1)).isEqualTo("a\uFFFD");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 4, Integer.MAX_VALUE})
    void idsOfNoTokenAreRejected(int id) {
        assertThatThrownBy(() -> new Detokenizer(words(), true).add(id, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("id " + id + " is out of range, expected 0 to 3");
    }

    private record Broken(List<Integer> borders, String exhaustive, Map<String, String> longer, String beyond) {}

    private record Reference(Broken broken) {}

    private static Broken broken() throws IOException {
        String json = Files.readString(Path.of("src/test/resources/reference/tokenizers.json"));
        return new Gson().fromJson(json, Reference.class).broken();
    }

    /** Against transformers' decode, over bytes that begin, go on and break characters, cut at any place. */
    @Test
    void brokenCharactersAreAsInTransformers() throws IOException {
        Broken broken = broken();
        List<byte[]> texts = new ArrayList<>();
        List<byte[]> before = List.of(new byte[0]);
        for (int length = 1; length <= 3; length++) {
            List<byte[]> longer = new ArrayList<>();
            for (byte[] text : before) {
                for (int border : broken.borders()) {
                    byte[] more = Arrays.copyOf(text, length);
                    more[length - 1] = (byte) border;
                    longer.add(more);
                }
            }
            texts.addAll(longer);
            before = longer;
        }
        List<String> expected = new ArrayList<>(List.of(broken.exhaustive().split("\n", -1)));
        broken.longer().forEach((hex, text) -> {
            texts.add(HexFormat.of().parseHex(hex));
            expected.add(text);
        });
        assertThat(texts).hasSameSizeAs(expected).hasSizeGreaterThan(7000);
        // The same instance for all: an end is a new beginning.
        PieceDecoder pieces = new PieceDecoder();
        for (int cut = 0; cut < 12; cut++) {
            List<String> cuts = new ArrayList<>();
            for (byte[] all : texts) {
                int at = Math.min(cut, all.length);
                String begun = pieces.add(Arrays.copyOf(all, at));
                cuts.add(begun + pieces.finish(Arrays.copyOfRange(all, at, all.length)));
            }
            assertThat(cuts).isEqualTo(expected);
        }
        List<String> byByte = new ArrayList<>();
        for (byte[] all : texts) {
            StringBuilder text = new StringBuilder();
            for (byte b : all) {
                text.append(pieces.add(new byte[] {b}));
            }
            byByte.add(text.append(pieces.finish(new byte[0])).toString());
        }
        assertThat(byByte).isEqualTo(expected);
    }

    @Test
    void rowsWithoutATokenSpellNothing() throws IOException {
        StringBuilder vocabulary = new StringBuilder("{\"a\": 97, \"b\": 98, \"wo\": 260");
        Vocabulary read = vocabulary(vocabulary.append('}').toString(), Architecture.GPT2, 512);
        assertThat(text(new Detokenizer(read, false), 97, 260, 262, 300, 98)).isEqualTo(broken().beyond());
    }

    private static String text(Detokenizer pieces, int... ids) {
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(pieces.add(id, false));
        }
        return text.append(pieces.finish()).toString();
    }
}
