package io.github.gpt2djl.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is UTF-8 comes back as it is, and everything else fails where it begins. */
class TextFileTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"", "a\r\nb\nc\rd", " \t\n\n", "größer 人类 👍🏽 e\u0301", "\uFFFD", "a\uFEFFb", "\u0000"})
    void readsWhatIsThere(String text) throws IOException {
        assertThat(TextFile.read(file(text.getBytes(StandardCharsets.UTF_8)))).isEqualTo(text);
        assertThat(TextFile.read(file(("\uFEFF" + text).getBytes(StandardCharsets.UTF_8))))
                .isEqualTo(text);
    }

    /** The bytes by hand: Latin-1, UTF-16, cut off, overlong, a surrogate, beyond Unicode; after U+FFFD, far behind. */
    @ParameterizedTest
    @CsvSource({
        "636166E9,           3, 1, E9, latin1",
        "610D0A620A63E92C61, 6, 3, E9, latin1",
        "E9,                 0, 1, E9, latin1",
        "FFFE6100,           0, 1, FF, utf-16",
        "FEFF0061,           0, 1, FE, utf-16",
        "61FF,               1, 1, FF, latin1",
        "61E282,             1, 1, E2, latin1",
        "C080,               0, 1, C0, latin1",
        "61EDA080,           1, 1, ED, latin1",
        "F4908080,           0, 1, F4, latin1",
        "EFBFBD0A0A80,       5, 3, 80, latin1",
        "EFBBBF0AE9,         4, 2, E9, latin1"
    })
    void tellsTheFirstWrongByte(String hex, int at, int line, String found, String encoding) throws IOException {
        byte[] bytes = HexFormat.of().parseHex(hex);
        rejects(file(bytes), at, line, found, encoding);
        byte[] before = "line\r\n".repeat(20_000).getBytes(StandardCharsets.UTF_8);
        byte[] after = HexFormat.of().parseHex(HexFormat.of().formatHex(before) + hex);
        rejects(file(after), before.length + at, 20_000 + line, found, "latin1");
    }

    private static void rejects(Path file, int at, int line, String found, String encoding) {
        assertThatIOException()
                .isThrownBy(() -> TextFile.read(file))
                .withMessage(
                        "%s: not UTF-8 at byte %d (line %d): found 0x%s; save it as UTF-8, for example with iconv"
                                + " -f %s -t utf-8",
                        file, at, line, found, encoding);
    }

    @Test
    void rejectsWhatIsTooLarge() throws IOException {
        Path large = folder.resolve("large.txt");
        try (RandomAccessFile sparse = new RandomAccessFile(large.toFile(), "rw")) {
            sparse.setLength(1_000_000_001);
        }
        assertThatIOException()
                .isThrownBy(() -> TextFile.read(large))
                .withMessage(large + ": 1000000001 bytes, expected at most 1000000000; split it into several files");
    }

    @Test
    void rejectsWhatIsNotThere() {
        assertThatIOException()
                .isThrownBy(() -> TextFile.read(folder.resolve("absent.txt")))
                .isInstanceOf(NoSuchFileException.class);
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("text.txt"), bytes);
    }
}
