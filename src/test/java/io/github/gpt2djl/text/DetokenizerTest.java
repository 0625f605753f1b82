package io.github.gpt2djl.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.checkpoint.Checkpoint.TokenizerFiles;
import io.github.gpt2djl.checkpoint.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.ModelConfig.Architecture;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
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
        return Vocabulary.read(new TokenizerFiles("vocab.json", json, ""), architecture, size);
    }

    @Test
    void aSpaceFollowsTheEndOfAWord() throws MalformedCheckpointException {
        assertThat(text(new Detokenizer(words(), false, new int[0]), 0, 1, 0, 0, 1, 1, 2, 0))
                .isEqualTo("ab aab b <unk>a");
        // What is skipped is as if it were not there.
        assertThat(text(new Detokenizer(words(), true, new int[0]), 0, 1, 2, 3, 0))
                .isEqualTo("ab a");
        assertThat(text(new Detokenizer(words(), false, new int[0]), 3, 1, 3, 0))
                .isEqualTo("b a");
    }

    @Test
    void theLastIdBeforeTellsWhetherASpaceIsDue() throws MalformedCheckpointException {
        assertThat(text(new Detokenizer(words(), false, new int[] {0, 1}), 0)).isEqualTo(" a");
        assertThat(text(new Detokenizer(words(), false, new int[] {1, 0}), 0)).isEqualTo("a");
    }

    @Test
    void theLastPieceHoldsWhatIsOpen() throws MalformedCheckpointException {
        Detokenizer pieces = new Detokenizer(bytes(), false, new int[0]);
        assertThat(pieces.add(1, false)).isEmpty();
        assertThat(pieces.add(0, true)).isEqualTo("\uFFFDa");
        assertThat(new Detokenizer(bytes(), false, new int[0]).add(1, true)).isEqualTo("\uFFFD");
        assertThat(text(new Detokenizer(bytes(), false, new int[0]), 0, 1)).isEqualTo("a\uFFFD");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 4, Integer.MAX_VALUE})
    void idsOfNoTokenAreRejected(int id) {
        assertThatThrownBy(() -> new Detokenizer(words(), true, new int[0]).add(id, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("id " + id + " is out of range, expected 0 to 3");
    }

    /** Against the platform's own decoder for whole texts, over bytes that begin, go on and break characters. */
    @Test
    void piecesAddUpToTheWholeText() {
        int[] bytes = {'a', 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x91, 0x8d, 0xff, 0xed, 0xa0, 0xc0, 0x80};
        Random random = new Random(8);
        // The same instance for all: an end is a new beginning.
        PieceDecoder pieces = new PieceDecoder();
        for (int round = 0; round < 3000; round++) {
            byte[] all = new byte[random.nextInt(12)];
            for (int i = 0; i < all.length; i++) {
                all[i] = (byte) bytes[random.nextInt(bytes.length)];
            }
            int cut = random.nextInt(all.length + 1);
            String text = pieces.add(Arrays.copyOf(all, cut)) + pieces.finish(Arrays.copyOfRange(all, cut, all.length));
            assertThat(text).isEqualTo(new String(all, StandardCharsets.UTF_8));
        }
    }

    private static String text(Detokenizer pieces, int... ids) {
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(pieces.add(id, false));
        }
        return text.append(pieces.finish()).toString();
    }
}
