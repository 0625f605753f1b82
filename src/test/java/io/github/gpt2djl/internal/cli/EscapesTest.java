package io.github.gpt2djl.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Line breaks that are typed: in stop strings on the command line, in a session's and in its prompts. */
class EscapesTest {
    /** The text as typed, and as JSON spells it. */
    @ParameterizedTest
    @CsvSource({
        "\\n,          \\n",
        "\\n\\n,       \\n\\n",
        "a\\tb\\r,     a\\tb\\r",
        "\\\\n,        \\\\n",
        "\\\\\\n,      \\\\\\n",
        "\\end,        \\\\end",
        "C:\\x\\,      C:\\\\x\\\\",
        "\\u0041,      \\\\u0041",
        "###,          ###"
    })
    void areReadInStopStrings(String typed, String json) {
        MainTest.Result result = MainTest.run("generate", "A", "--stop", typed, "--max-new-tokens", "1", "--json");
        assertThat(result.json().getAsJsonObject("config").get("stop_strings"))
                .isEqualTo(JsonParser.parseString("[\"" + json + "\"]"));
        assertThat(session("/set stop_strings " + typed + "\n/set\n").err())
                .contains("stop_strings [\"" + json + "\"]\n");
    }

    @Test
    void aLineBreakStopsAText() {
        String[] command = {"generate", "ROMEO:", "--no-do-sample", "--max-new-tokens", "40"};
        String whole = MainTest.run(command).out();
        String[] stopped = {"generate", "ROMEO:", "--no-do-sample", "--max-new-tokens", "40", "--stop", "\\n\\n"};
        int blank = whole.indexOf("\n\n");
        assertThat(blank).as(whole).isPositive();
        assertThat(MainTest.run(stopped).out()).isEqualTo(whole.substring(0, blank) + "\n");
    }

    @Test
    void whatASessionListsCanBeSet() {
        MainTest.Result result = session("/set stop_strings [\"\\n\", \" the \\\"end\\\"\"]\n/set\n");
        String listed = result.err()
                .lines()
                .filter(l -> l.startsWith("stop_strings"))
                .findFirst()
                .orElseThrow();
        assertThat(listed).isEqualTo("stop_strings [\"\\n\",\" the \\\"end\\\"\"]");
        assertThat(session("/set " + listed + "\n/set\n").err()).isEqualTo(result.err());
        assertThat(session("/set stop_strings [\"x\n").err())
                .isEqualTo("error: found [\"x, expected a text, or several as JSON: [\"\\n\", \" the end\"]\n");
        assertThat(session("/set stop_strings [\"\"]\n").err()).contains("expected strings of at least one character");
    }

    @ParameterizedTest
    @CsvSource({"a\\nb", "a\\\\nb", "a\\tb", "a\\\\", "\\end"})
    void areReadInAPrompt(String typed) {
        String expected = typed.replace("\\\\", "\0")
                .replace("\\n", "\n")
                .replace("\\t", "\t")
                .replace('\0', '\\');
        assertThat(session(typed + "\n").out()).startsWith(expected);
    }

    private static MainTest.Result session(String lines) {
        InputStream before = System.in;
        try {
            System.setIn(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)));
            return MainTest.run("interactive", "--max-new-tokens", "1", "--seed", "1");
        } finally {
            System.setIn(before);
        }
    }
}
