package support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LambadaPassageTest {
    private static List<LambadaPassage> parse(String... lines) throws IOException {
        return LambadaPassage.parse(new TextLines("passages", List.of(lines)));
    }

    @Test
    void theLastWordIsTheTarget() throws IOException {
        List<LambadaPassage> expected = List.of(
                new LambadaPassage("She said, \"I do.\nAnd", " thou\"?"), new LambadaPassage("Who is", " there"));
        assertThat(parse("{\"text\": \"She said, \\\"I do.\\nAnd thou\\\"?\"}", "{\"text\": \"Who is there \"}"))
                .isEqualTo(expected);
        assertThat(parse("Who is  there"))
                .as("plain text, both spaces kept")
                .containsExactly(new LambadaPassage("Who is ", " there"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"text\": \"two words\"  | passages, line 2: not JSON; expected {\"text\": \"...\"}",
                "two words                 | passages, line 2: not JSON; expected {\"text\": \"...\"}",
                "{\"text\": [1]}           | passages, line 2: not JSON; expected {\"text\": \"...\"}",
                "''                        | passages, line 2: no text; expected {\"text\": \"...\"}",
                "{\"word\": \"two words\"} | passages, line 2: no text; expected {\"text\": \"...\"}",
                "{\"text\": null}          | passages, line 2: no text; expected {\"text\": \"...\"}",
                "{\"text\": \" word \"}    | passages, line 2: found \"word\", expected a passage of several words",
            })
    void aLineThatIsNoPassageIsNamed(String line, String message) {
        assertThatThrownBy(() -> parse("{\"text\": \"good line\"}", line))
                .isInstanceOf(IOException.class)
                .hasMessage(message);
    }

    @Test
    void theSampleIsInThePublishedForm() throws IOException {
        List<LambadaPassage> sample = LambadaPassage.parse(TextLines.read(null, "lambada.jsonl"));
        assertThat(sample)
                .hasSize(12)
                .allSatisfy(passage -> assertThat(passage.context())
                        .as("the passage gives the word away")
                        .containsIgnoringCase(passage.target().strip()));
    }
}
