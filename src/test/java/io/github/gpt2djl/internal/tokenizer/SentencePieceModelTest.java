package io.github.gpt2djl.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.tokenizer.SentencePieceModel.Algorithm;
import io.github.gpt2djl.internal.tokenizer.SentencePieceModel.Named;
import io.github.gpt2djl.internal.tokenizer.SentencePieceModel.Piece;
import io.github.gpt2djl.internal.tokenizer.SentencePieceModel.Type;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of SentencePiece, whole and broken. */
class SentencePieceModelTest {
    /** The piece "a". */
    private static final String A = "0a030a0161";

    private static SentencePieceModel read(String hex) throws MalformedCheckpointException {
        return SentencePieceModel.read("spiece.model", HexFormat.of().parseHex(hex));
    }

    static byte[] published(String name) throws IOException {
        JsonObject shared = JsonParser.parseString(
                        Files.readString(Path.of("src/test/resources/reference/classes.json")))
                .getAsJsonObject()
                .getAsJsonObject("shared");
        return Base64.getDecoder().decode(shared.get(name).getAsString());
    }

    @Test
    void whatIsLeftOutIsAsTheFormatSays() throws IOException {
        SentencePieceModel model = read(A + "1200" + "1a00");
        assertThat(model.pieces()).containsExactly(new Piece("a", 0, Type.NORMAL));
        assertThat(model.trainer())
                .isEqualTo(new SentencePieceModel.Trainer(
                        Algorithm.UNIGRAM,
                        false,
                        false,
                        new Named(0, "<unk>"),
                        new Named(1, "<s>"),
                        new Named(2, "</s>")));
        assertThat(model.normalizer().charsmap()).isEmpty();
        assertThat(model.normalizer().addDummyPrefix()).isTrue();
        assertThat(model.normalizer().removeExtraWhitespaces()).isTrue();
        assertThat(model.normalizer().escapeWhitespaces()).isTrue();
    }

    @Test
    void theLastOfAFieldCountsAndPartsAreOne() throws IOException {
        // Model type 2; then byte fallback alone; bos_id -1; eos_id 7, eos_piece "e".
        SentencePieceModel model = read(A + "12021802" + "1203980201" + "120cc802ffffffffffffffffff01"
                + "1207d00207fa020165" + "1a021800" + "1a022000" + "1a042800" + "1a00");
        assertThat(model.trainer().algorithm()).isEqualTo(Algorithm.BPE);
        assertThat(model.trainer().byteFallback()).isTrue();
        assertThat(model.trainer().bos()).isEqualTo(new Named(-1, "<s>"));
        assertThat(model.trainer().eos()).isEqualTo(new Named(7, "e"));
        assertThat(model.normalizer().addDummyPrefix()).isFalse();
    }

    @Test
    void otherFieldsAndNumbersOfAnotherVersionAreSkipped() throws IOException {
        // Types 9; a score as a varint; field 200 of each wire type.
        SentencePieceModel model =
                read("0a070a01611809" + "1001" + "c00c05" + "c10c0102030405060708" + "c20c0161" + "c50c01020304");
        assertThat(model.pieces()).containsExactly(new Piece("a", 0, Type.NORMAL));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | there are no pieces",
                "1200 | there are no pieces",
                "0a | ends within a number",
                "0a05 | a field at byte 2 has 5 bytes, expected at most 0; download it again",
                "0affffffffffffffffff01 | has 18446744073709551615 bytes, expected at most 0",
                "0affffffff07 | has 2147483647 bytes, expected at most 0",
                "0a030a0561 | has 5 bytes, expected at most 1",
                "0a8080808080808080808001 | takes more than 10 bytes",
                "02 | a field has the number 0",
                "8080808010 | a field has the number 536870912, expected 1 to 536870911",
                "0b0b0b0b0c | a field has the wire type 3",
                "0c | a field has the wire type 4",
                "0a040a02c328 | is not UTF-8",
                "0a05150000c07f | the score NaN, expected",
                "0a0515000080ff | the score -Infinity, expected",
                "0a030a016112021803 | trainer_spec.model_type is WORD, expected UNIGRAM or BPE",
                "0a030a016112021804 | trainer_spec.model_type is CHAR, expected UNIGRAM or BPE",
            })
    void whatIsNoModelIsRejected(String hex, String message) {
        assertThatThrownBy(() -> read(hex))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageStartingWith("spiece.model: ")
                .hasMessageContaining(message);
    }

    @Test
    void aTextIsNoModel() {
        byte[] text = "{\"model\": {\"type\": \"BPE\"}}".getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> SentencePieceModel.read("spiece.model", text))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining("SentencePiece model: ");
    }

    @Test
    void aModelThatIsCutOffIsRejectedOrHasFewerPieces() throws IOException {
        byte[] whole = published("bpe");
        SentencePieceModel model = SentencePieceModel.read("spiece.model", whole);
        int rejected = 0;
        for (int size = 0; size < whole.length; size++) {
            try {
                assertThat(SentencePieceModel.read("spiece.model", Arrays.copyOf(whole, size))
                                .pieces())
                        .hasSizeLessThanOrEqualTo(model.pieces().size());
            } catch (MalformedCheckpointException e) {
                rejected++;
            }
        }
        assertThat(rejected).isGreaterThan(whole.length / 2);
    }

    @Test
    void moreThanAMillionPiecesAreTooMany() {
        byte[] many = new byte[2 * 1_000_001];
        for (int i = 0; i < many.length; i += 2) {
            many[i] = 0x0a;
        }
        assertThatThrownBy(() -> SentencePieceModel.read("spiece.model", many))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining("has more than 1000000 pieces");
    }

    @Test
    void mergesAreAllWaysToMakeAPieceOfTwo() throws IOException {
        Map<String, Integer> ids = new LinkedHashMap<>();
        for (String piece : new String[] {"ab\ud83d\udc4d", "a", "b", "\ud83d\udc4d", "b\ud83d\udc4d", "ab"}) {
            ids.put(piece, ids.size());
        }
        JsonArray merges = PieceMerges.byId("spiece.model", ids);
        assertThat(merges)
                .hasToString(
                        "[[\"a\",\"b\ud83d\udc4d\"],[\"ab\",\"\ud83d\udc4d\"],[\"b\",\"\ud83d\udc4d\"],[\"a\",\"b\"]]");
    }

    @Test
    void piecesThatAreTooLongForMergesAreRejected() {
        Map<String, Integer> ids = new LinkedHashMap<>();
        for (int i = 0; i < 30; i++) {
            ids.put("x".repeat(9_999 - i), i);
        }
        assertThatThrownBy(() -> PieceMerges.byId("tokenizer.model", ids))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessage("tokenizer.model: its pieces are too long to find their merges, expected a few characters"
                        + " each");
    }
}
