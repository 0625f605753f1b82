package io.github.gpt2djl.internal.tokenizer;

import static io.github.gpt2djl.testing.ShippedModel.SHAKESPEARE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import io.github.gpt2djl.testing.ShippedVocabulary;
import io.github.gpt2djl.tokenizer.Detokenizer;
import io.github.gpt2djl.tokenizer.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bytes of each id, put together, are transformers' text. */
class TokenBytesTest {
    private static final Path REFERENCE = Path.of("src/test/resources/reference");

    /** What tokens.json says: ids, and what transformers' decode makes of them. */
    private record Row(int[] ids, String decoded) {}

    @ParameterizedTest
    @CsvSource({"gpt1-f32, GPT, 100", "opt-f16, OPT, 320", "gpt-neo-f32, GPT_NEO, 320"})
    void bytesOfIdsAreThoseOfTheText(String folder, Architecture architecture, int size) throws IOException {
        Row[] rows = new Gson().fromJson(Files.readString(REFERENCE.resolve(folder + "/tokens.json")), Row[].class);
        assertThat(rows).hasSize(8);
        try (Tokenizer tokenizer = Tokenizer.load(files(folder), architecture, size)) {
            for (Row row : rows) {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                for (int id : row.ids()) {
                    bytes.writeBytes(tokenizer.bytes(id));
                }
                String text = bytes.toString(StandardCharsets.UTF_8);
                // transformers leaves out the last word's space.
                boolean word = architecture == Architecture.GPT && text.endsWith(" ");
                assertThat(word ? text.substring(0, text.length() - 1) : text).isEqualTo(row.decoded());
            }
        }
    }

    @Test
    void partsOfACharacterKeepTheirBytes() {
        List<Integer> ids = SHAKESPEARE.encode("O 😀");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ids.forEach(id -> bytes.writeBytes(SHAKESPEARE.bytes(id)));
        assertThat(bytes.toByteArray()).isEqualTo("O 😀".getBytes(StandardCharsets.UTF_8));
        assertThat(SHAKESPEARE.decode(List.of(ids.get(ids.size() - 1)))).isEqualTo("\uFFFD");
        assertThat(SHAKESPEARE.bytes(ids.get(ids.size() - 1))).endsWith(0x80);
        assertThat(SHAKESPEARE.bytes(SHAKESPEARE.config().eosId()))
                .isEqualTo("<|endoftext|>".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whatIsReturnedIsACopy() {
        SHAKESPEARE.bytes(40)[0] = 'x';
        assertThat(SHAKESPEARE.bytes(40)).isEqualTo(SHAKESPEARE.decode(40).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void idsOfNoTokenHaveNoBytes() throws IOException {
        try (Tokenizer tokenizer = Tokenizer.load(files("opt-f16"), Architecture.OPT, 400)) {
            assertThat(tokenizer.bytes(399)).isEmpty();
        }
        assertThatThrownBy(() -> SHAKESPEARE.bytes(ShippedVocabulary.SIZE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "id " + ShippedVocabulary.SIZE + " is out of range, expected 0 to " + ShippedVocabulary.END);
        assertThatThrownBy(() -> SHAKESPEARE.bytes(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void piecesOfIdsAreTheText() {
        List<Integer> ids = SHAKESPEARE.encode("O 😀!");
        Detokenizer pieces = SHAKESPEARE.detokenizer(false, List.of());
        StringBuilder text = new StringBuilder();
        ids.forEach(id -> text.append(pieces.add(id, false)));
        assertThat(text.toString()).isEqualTo("O 😀!");
        assertThat(SHAKESPEARE.detokenizer(true, ids).add(SHAKESPEARE.config().eosId(), true))
                .isEmpty();
    }

    private static TokenizerFiles files(String folder) throws IOException {
        Path files = REFERENCE.resolve(folder);
        return new TokenizerFiles(
                folder, Files.readString(files.resolve("vocab.json")), Files.readString(files.resolve("merges.txt")));
    }
}
