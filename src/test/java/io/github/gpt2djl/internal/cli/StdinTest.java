package io.github.gpt2djl.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts from stdin and from files: the same as from an argument, and only in UTF-8. */
class StdinTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"x", "x\n", "x\r\n", "\uFEFFx", "\uFEFFx\r\n"})
    void oneLineBreakAndAByteOrderMarkGo(String text) throws IOException {
        JsonArray expected = promptIds(MainTest.run("generate", "x", "--max-new-tokens", "1", "--json"));
        assertThat(promptIds(given(utf8(text), "generate", "-", "--max-new-tokens", "1", "--json")))
                .isEqualTo(expected);
        JsonArray score =
                MainTest.run("score", "--bos", "--text", "x", "--json").json().getAsJsonArray("ids");
        assertThat(given(utf8(text), "score", "--bos", "--text", "-", "--json")
                        .json()
                        .getAsJsonArray("ids"))
                .isEqualTo(score);
        assertThat(given(utf8(text), "score", "--bos", "--text-file", "-", "--json")
                        .json()
                        .getAsJsonArray("ids"))
                .isEqualTo(score);
        Path file = Files.writeString(folder.resolve("x.txt"), text);
        assertThat(MainTest.run("score", "--bos", "--text-file", file.toString(), "--json")
                        .json()
                        .getAsJsonArray("ids"))
                .isEqualTo(score);
    }

    @Test
    void theSecondLineBreakStays() throws IOException {
        JsonArray expected = promptIds(MainTest.run("generate", "x\r\n", "--max-new-tokens", "1", "--json"));
        assertThat(promptIds(given(utf8("x\r\n\r\n"), "generate", "-", "--max-new-tokens", "1", "--json")))
                .isEqualTo(expected);
    }

    @Test
    void sessionsTakeLinesOfWindows() {
        String[] command = {"interactive", "--max-new-tokens", "3", "--seed", "1"};
        MainTest.Result expected = given(utf8("ROMEO:\n/set top_k 3\nA\n"), command);
        assertThat(expected.err().lines()).hasSize(2);
        assertThat(given(utf8("\uFEFFROMEO:\r\n/set top_k 3\r\nA\r\n"), command))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "ISO-8859-1, generate -,              3, E9, latin1",
        "ISO-8859-1, explain -,               3, E9, latin1",
        "ISO-8859-1, interactive,             3, E9, latin1",
        "ISO-8859-1, score --text -,          3, E9, latin1",
        "ISO-8859-1, score --text-file -,     3, E9, latin1",
        "ISO-8859-1, rank - a b,              3, E9, latin1",
        "ISO-8859-1, rank x --continuations-file -, 3, E9, latin1",
        "ISO-8859-1, replay -,                3, E9, latin1",
        "UTF-16LE,   generate -,              0, FF, utf-16",
        "UTF-16LE,   interactive,             0, FF, utf-16"
    })
    void otherEncodingsAreRefused(String encoding, String command, int at, String found, String from) {
        String mark = encoding.startsWith("UTF-16") ? "\uFEFF" : "";
        MainTest.Result result =
                given((mark + "café au lait\n").getBytes(Charset.forName(encoding)), command.split(" "));
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err())
                .isEqualTo("error: stdin: not UTF-8 at byte %d (line 1): found 0x%s; save it as UTF-8, for example with"
                                .formatted(at, found)
                        + " iconv -f " + from + " -t utf-8\n");
    }

    @Test
    void ranksContinuationsOfFiles() throws IOException {
        String expected = MainTest.run("rank", "To be, or not to", " zebra's", " be", "--json")
                .out();
        String prompt = Files.writeString(folder.resolve("prompt"), "To be, or not to\n")
                .toString();
        String answers = Files.writeString(folder.resolve("answers"), "\uFEFF zebra's\r\n be\r\n")
                .toString();
        assertThat(expected).startsWith("{\"ranked\":[{\"index\":1,\"text\":\" be\"");
        assertThat(MainTest.run("rank", "--prompt-file", prompt, "--continuations-file", answers, "--json")
                        .out())
                .isEqualTo(expected);
        assertThat(MainTest.run("rank", "--prompt-file", prompt, " zebra's", " be", "--json")
                        .out())
                .isEqualTo(expected);
        assertThat(given(utf8("To be, or not to\n"), "rank", "-", "--continuations-file", answers, "--json")
                        .out())
                .isEqualTo(expected);
        assertThat(given(utf8(" zebra's\n be"), "rank", "To be, or not to", "--continuations-file", "-", "--json")
                        .out())
                .isEqualTo(expected);
        assertThat(MainTest.run("rank", "-", "--continuations-file", "-").err())
                .contains("stdin can be read only once");
        assertThat(MainTest.run("rank", "a", "b", "--continuations-file", answers)
                        .err())
                .contains("found continuations as arguments and in a file");
    }

    private static JsonArray promptIds(MainTest.Result result) {
        return result.json().getAsJsonArray("prompt_ids");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static MainTest.Result given(byte[] stdin, String... command) {
        InputStream before = System.in;
        try {
            System.setIn(new ByteArrayInputStream(stdin));
            return MainTest.run(command);
        } finally {
            System.setIn(before);
        }
    }
}
