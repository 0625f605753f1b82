package io.github.gpt2djl.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A stream by lines: those of Java's own reader where the bytes are UTF-8, and else the message of a whole text. */
class TextLinesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "a\n",
                "\n",
                "\n\n",
                "a\r\nb",
                "a\rb\r",
                "\r\n\r\n",
                "\r\r\n\n",
                "é 👍🏽\n\uFFFD\n人",
                "a\uFEFF\nb"
            })
    void areThoseOfJava(String text) throws IOException {
        assertThat(lines(text.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(text.lines().toList());
        assertThat(lines(("\uFEFF" + text + "\nz").getBytes(StandardCharsets.UTF_8)))
                .isEqualTo((text + "\nz").lines().toList());
    }

    @ParameterizedTest
    @CsvSource({
        "610A636166E9,   1, 5, 2, E9, latin1",
        "FFFE61000A00,   0, 0, 1, FF, utf-16",
        "0D0A0D0A61E2,   2, 5, 3, E2, latin1",
        "EFBBBF610AFF,   1, 5, 2, FF, latin1"
    })
    void tellTheFirstWrongByte(String hex, int before, int at, int line, String found, String encoding)
            throws IOException {
        byte[] bytes = HexFormat.of().parseHex(hex);
        TextLines lines = new TextLines(new ByteArrayInputStream(bytes), "stdin");
        for (int i = 0; i < before; i++) {
            assertThat(lines.next()).isNotNull();
        }
        String message = String.format(
                "stdin: not UTF-8 at byte %d (line %d): found 0x%s; save it as UTF-8, for example with iconv -f %s -t utf-8",
                at, line, found, encoding);
        assertThatIOException().isThrownBy(lines::next).withMessage(message);
        assertThatIOException()
                .isThrownBy(() -> TextFile.read(new ByteArrayInputStream(bytes), "stdin"))
                .withMessage(message);
    }

    /** A program that writes a line and waits for the answer gets one, also with CR LF. */
    @Timeout(20)
    @Test
    void comeWhenTheyHaveEnded() throws IOException {
        PipedOutputStream out = new PipedOutputStream();
        TextLines lines = new TextLines(new PipedInputStream(out), "stdin");
        out.write("one\r".getBytes(StandardCharsets.UTF_8));
        out.flush();
        assertThat(lines.next()).isEqualTo("one");
        out.write("\ntwo\n".getBytes(StandardCharsets.UTF_8));
        out.flush();
        assertThat(lines.next()).isEqualTo("two");
    }

    private static List<String> lines(byte[] bytes) throws IOException {
        TextLines lines = new TextLines(new ByteArrayInputStream(bytes), "stdin");
        List<String> all = new ArrayList<>();
        for (String line = lines.next(); line != null; line = lines.next()) {
            all.add(line);
        }
        return all;
    }
}
