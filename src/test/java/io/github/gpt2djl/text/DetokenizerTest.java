package io.github.gpt2djl.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes to pieces of text, without a tokenizer's files. */
class DetokenizerTest {
    /** "a" within a word, "b" at a word's end, a special token "!", a row of padding, and the first half of é. */
    private static Vocabulary words() {
        byte[][] bytes = {{'a'}, {'b'}, {'!'}, null, {(byte) 0xc3}};
        BitSet special = new BitSet();
        special.set(2);
        BitSet wordEnds = new BitSet();
        wordEnds.set(1);
        return new Vocabulary(new JsonObject(), bytes, special, wordEnds);
    }

    @Test
    void aSpaceFollowsTheEndOfAWord() {
        assertThat(text(new Detokenizer(words(), false, new int[0]), 0, 1, 0, 0, 1, 1, 2, 0))
                .isEqualTo("ab aab b !a");
        assertThat(text(new Detokenizer(words(), false, new int[0]), 0, 4)).isEqualTo("a\uFFFD");
        // What is skipped is as if it were not there.
        assertThat(text(new Detokenizer(words(), true, new int[0]), 0, 1, 2, 3, 0))
                .isEqualTo("ab a");
        assertThat(text(new Detokenizer(words(), false, new int[0]), 3, 1, 3, 0))
                .isEqualTo("b a");
    }

    @Test
    void theLastIdBeforeTellsWhetherASpaceIsDue() {
        assertThat(text(new Detokenizer(words(), false, new int[] {0, 1}), 0)).isEqualTo(" a");
        assertThat(text(new Detokenizer(words(), false, new int[] {1, 0}), 0)).isEqualTo("a");
    }

    @Test
    void theLastPieceHoldsWhatIsOpen() {
        Detokenizer pieces = new Detokenizer(words(), false, new int[0]);
        assertThat(pieces.add(4, false)).isEmpty();
        assertThat(pieces.add(0, true)).isEqualTo("\uFFFDa");
        assertThat(new Detokenizer(words(), false, new int[0]).add(4, true)).isEqualTo("\uFFFD");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 5, Integer.MAX_VALUE})
    void idsOfNoTokenAreRejected(int id) {
        assertThatThrownBy(() -> new Detokenizer(words(), true, new int[0]).add(id, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("id " + id + " is out of range, expected 0 to 4");
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
