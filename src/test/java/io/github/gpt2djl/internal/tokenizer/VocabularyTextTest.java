package io.github.gpt2djl.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import io.github.gpt2djl.internal.checkpoint.TokenizerFolder;
import io.github.gpt2djl.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of a vocab.txt that contradicts itself, or another file. */
class VocabularyTextTest {
    private static final String TOKENS = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
    private static final String WHOLE = "{\"model\":{\"type\":\"WordPiece\",\"unk_token\":\"[UNK]\","
            + "\"max_input_chars_per_word\":100,\"vocab\":{\"[PAD]\":0,\"[UNK]\":1,\"[CLS]\":2,\"[SEP]\":3,"
            + "\"[MASK]\":4,\"a\":5,\"b\":6}}}";

    @Test
    void anHonestFileHasNoNote() throws IOException {
        assertThat(notes(Map.of("vocab.txt", TOKENS + "a\nb\n"))).isEmpty();
        assertThat(notes(Map.of("vocab.txt", TOKENS + "a\nb", "tokenizer.json", WHOLE)))
                .isEmpty();
        // As tokenizer.json may have more tokens.
        assertThat(notes(Map.of("vocab.txt", TOKENS + "a\n", "tokenizer.json", WHOLE)))
                .isEmpty();
        assertThat(notes(Map.of("tokenizer.json", WHOLE))).isEmpty();
    }

    @Test
    void theLastOfTwoEqualTokensCounts() throws IOException {
        try (Tokenizer tokenizer = load(Map.of("vocab.txt", TOKENS + "a\nb\na\n"))) {
            assertThat(tokenizer.notes())
                    .containsExactly("f/vocab.txt has the token \"a\" in the lines 6 and 8; the last one counts, as in"
                            + " transformers");
            assertThat(tokenizer.encode("a b", false, false)).containsExactly(7, 6);
        }
    }

    @Test
    void tokenizerJsonCountsBeforeVocabTxt() throws IOException {
        try (Tokenizer tokenizer = load(Map.of("vocab.txt", TOKENS + "b\na\nc\n", "tokenizer.json", WHOLE))) {
            assertThat(tokenizer.notes())
                    .containsExactly("f/vocab.txt gives the token \"a\" the id 6, but f/tokenizer.json gives it 5; the"
                            + " latter counts, as in transformers");
            assertThat(tokenizer.encode("a b", false, false)).containsExactly(5, 6);
        }
        assertThat(notes(Map.of("vocab.txt", TOKENS + "a\nb\nc\n", "tokenizer.json", WHOLE)))
                .containsExactly("f/vocab.txt gives the token \"c\" the id 7, but f/tokenizer.json gives it none; the"
                        + " latter counts, as in transformers");
    }

    @Test
    void aFileThatDoesNotCountMayBeBroken() throws IOException {
        Map<String, byte[]> files = new HashMap<>(bytes(Map.of("tokenizer.json", WHOLE)));
        files.put("vocab.txt", new byte[] {(byte) 0xFF});
        try (Tokenizer tokenizer = Tokenizer.load(new TokenizerFiles("f/", files), Architecture.GPT2, 8)) {
            assertThat(tokenizer.notes()).isEmpty();
        }
    }

    @Test
    void aFileOfManyLinesIsRejected() {
        assertThatThrownBy(() -> load(Map.of("vocab.txt", TOKENS + "\n".repeat(1_000_000))))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessage("f/vocab.txt: has more than 1000000 lines, expected at most as many, each with a token");
    }

    @Test
    void aFolderIsReadWithBothFiles(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), WHOLE);
        Files.writeString(folder.resolve("vocab.txt"), TOKENS + "b\na\n");
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"tokenizer_class\":\"BertTokenizer\"}");
        try (Tokenizer tokenizer = Tokenizer.load(TokenizerFolder.read(folder), Architecture.GPT2, 8)) {
            assertThat(tokenizer.notes()).hasSize(1);
            assertThat(tokenizer.notes().get(0)).contains("vocab.txt gives the token \"a\" the id 6, but ");
        }
    }

    private static List<String> notes(Map<String, String> files) throws IOException {
        try (Tokenizer tokenizer = load(files)) {
            return tokenizer.notes();
        }
    }

    private static Tokenizer load(Map<String, String> files) throws IOException {
        return Tokenizer.load(new TokenizerFiles("f/", bytes(files)), Architecture.GPT2, 8);
    }

    private static Map<String, byte[]> bytes(Map<String, String> files) {
        Map<String, byte[]> all = new HashMap<>();
        all.put("tokenizer_config.json", "{\"tokenizer_class\":\"BertTokenizer\"}".getBytes(StandardCharsets.UTF_8));
        files.forEach((name, text) -> all.put(name, text.getBytes(StandardCharsets.UTF_8)));
        return all;
    }
}
