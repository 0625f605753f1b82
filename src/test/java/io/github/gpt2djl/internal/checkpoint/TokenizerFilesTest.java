package io.github.gpt2djl.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which of a folder's files are the tokenizer, and that they travel. */
class TokenizerFilesTest {
    private static final String POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 800000\n";
    private static final byte[] BYTES = {0x0a, 3, 0x0a, 1, (byte) 0xff, 0, 13, 10};

    @TempDir
    Path folder;

    private Path from;

    @BeforeEach
    void model() throws IOException {
        from = TestCheckpoint.tiny().write(folder.resolve("from"));
    }

    private TokenizerFiles open() throws IOException {
        try (Checkpoint model = Checkpoint.open(from)) {
            return model.tokenizer();
        }
    }

    private void put(String... names) throws IOException {
        for (String name : names) {
            Files.writeString(from.resolve(name), "{}");
        }
    }

    @Test
    void aFolderWithoutAVocabularyHasNoTokenizer() throws IOException {
        put("merges.txt", "tokenizer_config.json", "vocab.bpe", "spm.model");
        assertThat(open()).isNull();
    }

    @Test
    void mergesAreMissed() throws IOException {
        put("vocab.json");
        assertThatThrownBy(this::open)
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("merges.txt: the file is missing");
        put("vocab.txt");
        assertThat(open().files()).containsOnlyKeys("vocab.json", "vocab.txt", "config.json");
    }

    @Test
    void ofAllThatAreThere() throws IOException {
        put("vocab.json", "merges.txt", "vocab.txt", "spiece.model", "tokenizer.model", "sentencepiece.bpe.model");
        assertThat(open().files())
                .containsOnlyKeys(
                        "vocab.json",
                        "merges.txt",
                        "vocab.txt",
                        "spiece.model",
                        "tokenizer.model",
                        "sentencepiece.bpe.model",
                        "config.json");
        put("tokenizer.json", "added_tokens.json");
        assertThat(open().files())
                .containsOnlyKeys("tokenizer.json", "spiece.model", "vocab.txt", "added_tokens.json", "config.json");
        assertThat(open().folder()).isEqualTo(from + from.getFileSystem().getSeparator());
    }

    @ParameterizedTest
    @ValueSource(strings = {"vocab.txt", "spiece.model", "tokenizer.model", "sentencepiece.bpe.model"})
    void theFilesAreSavedAsTheyAre(String name) throws IOException {
        byte[] bytes = name.endsWith(".model") ? BYTES : "[UNK]\r\n\u00e9 \n\n".getBytes(StandardCharsets.UTF_8);
        Files.write(from.resolve(name), bytes);
        put("tokenizer_config.json");
        Path to = folder.resolve("to");
        try (Checkpoint model = Checkpoint.open(from)) {
            model.save(to, DType.F32);
            assertThat(to.resolve(name)).hasBinaryContent(bytes);
            assertThat(to.resolve("tokenizer_config.json")).hasContent("{}");
            assertThat(to.resolve("config.json")).content().contains("\"n_layer\"");
            // Its own files are replaced.
            model.save(to, DType.F32);
            for (String other : new String[] {"tokenizer.json", "vocab.json", "merges.txt"}) {
                Files.writeString(to.resolve(other), "{}");
                assertThatThrownBy(() -> model.save(to, DType.F32))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("holds the file " + other);
                Files.delete(to.resolve(other));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"vocab.txt", "spiece.model", "tokenizer.model", "sentencepiece.bpe.model"})
    void aPointerIsNotTheFile(String name) throws IOException {
        Files.writeString(from.resolve(name), POINTER);
        assertThatThrownBy(this::open)
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining(name + ": is a Git LFS pointer, not the file itself of 800000 bytes");
        // Nothing reads the file then.
        put("tokenizer.json");
        assertThat(open().files()).containsOnlyKeys("tokenizer.json", "config.json");
    }

    @Test
    void aFileThatIsFarTooLarge() throws IOException {
        Files.write(from.resolve("spiece.model"), new byte[4_100_000]);
        assertThatThrownBy(this::open)
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining("spiece.model: has 4100000 bytes, expected at most 40");
    }

    @Test
    void aTextThatIsNotUtf8() throws IOException {
        Files.write(from.resolve("vocab.txt"), BYTES);
        assertThatThrownBy(this::open)
                .hasMessageContaining("vocab.txt: is not UTF-8, expected text in UTF-8; download it again");
        TokenizerFiles files = new TokenizerFiles("a/", Map.of("vocab.txt", BYTES));
        assertThatThrownBy(() -> files.text("vocab.txt"))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessage("a/vocab.txt: is not UTF-8, expected text in UTF-8; download it again");
        assertThat(files.text("vocab.json")).isNull();
    }

    @Test
    void textsAreFilesToo() throws IOException {
        TokenizerFiles pair = new TokenizerFiles("a\\b/vocab.json", "{\"\ud800\": 0}", "a b", Map.of("x.json", "1"));
        assertThat(pair.folder()).isEqualTo("a\\b/");
        assertThat(pair.files()).containsOnlyKeys("vocab.json", "merges.txt", "x.json");
        // UTF-8 has no half of a surrogate pair, JSON has.
        assertThat(pair.text("vocab.json")).isEqualTo("{\"\\ud800\": 0}");
        assertThat(pair.text("merges.txt")).isEqualTo("a b");
        assertThat(new TokenizerFiles("tokenizer.json", "{}", null).text("tokenizer.json"))
                .isEqualTo("{}");
    }
}
