package support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClozeQuestionTest {
    private static final String LAST = "21 `` Where is the XXXXX ? '' said he .\tking\t\tking|queen|old man";

    /** A question as published: 21 lines and an empty one. */
    private static List<String> lines(String last) {
        List<String> lines = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
            lines.add(i + " Sentence " + i + " .");
        }
        lines.add(last);
        lines.add("");
        return lines;
    }

    private static List<ClozeQuestion> parse(List<String> lines) throws IOException {
        return ClozeQuestion.parse(new TextLines("questions", lines));
    }

    @Test
    void readsThePublishedForm() throws IOException {
        List<String> two = lines(LAST);
        two.addAll(lines("21 XXXXX was old .\tHe\t\tHe|She"));
        List<ClozeQuestion> questions = parse(two);
        assertThat(questions).hasSize(2);
        ClozeQuestion first = questions.get(0);
        assertThat(first.sentences()).hasSize(20).startsWith("Sentence 1 .");
        assertThat(first.query()).isEqualTo("`` Where is the XXXXX ? '' said he .");
        assertThat(first.answer()).isEqualTo("king");
        assertThat(first.candidates()).containsExactly("king", "queen", "old man");
        assertThat(questions.get(1).candidates()).containsExactly("He", "She");
    }

    @Test
    void promptAndContinuationAreTheText() throws IOException {
        ClozeQuestion question = parse(lines(LAST)).get(0);
        assertThat(question.prompt(18)).isEqualTo("Sentence 19. Sentence 20. \"Where is the");
        assertThat(question.continuation("old man")).isEqualTo(" old man?\" said he.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "XXXXX was old .            | \"Sentence 20.\"         | \" He was old.\"",
                "`` XXXXX was old , '' he . | \"Sentence 20. \"\"\"    | \"He was old,\"\" he.\"",
                "` XXXXX ! '                | \"Sentence 20. '\"       | \"He!'\"",
                "The boys ' XXXXX .         | \"Sentence 20. The boys'\" | \" He.\"",
                "( -LRB- XXXXX -RRB- )      | \"Sentence 20. ( (\"     | \"He) )\"",
                "and 'T is XXXXX 's         | \"Sentence 20. and 'Tis\" | \" He's\"",
            })
    void theGapMayStandAnywhere(String query, String prompt, String continuation) throws IOException {
        ClozeQuestion question = parse(lines("21 " + query + "\tHe\t\tHe|She")).get(0);
        assertThat(question.prompt(19)).isEqualTo(prompt);
        assertThat(question.continuation("He")).isEqualTo(continuation);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "21 No gap .\\tking\\t\\tking|queen;                  expected a sentence with one XXXXX",
                "21 XXXXX and XXXXX .\\tking\\t\\tking|queen;         expected a sentence with one XXXXX",
                "21 The XXXXX .\\tking;                               expected a sentence with one XXXXX",
                "21 The XXXXX .\\tking\\t\\tking|queen\\tmore;        expected a sentence with one XXXXX",
                "21 The XXXXX .\\tking\\t\\tknave|queen; the answer king is not among the candidates [knave, queen]",
                "22 The XXXXX .\\tking\\t\\tking|queen;               expected sentence 21 of 21",
                "'';                                                  expected sentence 21 of 21",
            })
    void aLineThatIsWrongIsNamed(String last, String message) {
        assertThatThrownBy(() -> parse(lines(last.replace("\\t", "\t"))))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("questions, line 21: ")
                .hasMessageContaining(message);
    }

    @Test
    void aQuestionThatEndsEarlyIsNamed() {
        assertThatThrownBy(() -> parse(lines(LAST).subList(0, 7)))
                .hasMessage("questions, line 7: the file ends here, expected sentence 8 of 21");
    }

    @Test
    void theSampleIsInThePublishedForm() throws IOException {
        List<ClozeQuestion> sample = ClozeQuestion.parse(TextLines.read(null, "cbtest.txt"));
        assertThat(sample).hasSize(8).allSatisfy(question -> {
            assertThat(question.candidates()).hasSize(10).doesNotHaveDuplicates();
            String words = String.join(" ", question.sentences()) + " " + question.query();
            assertThat(List.of(words.split(" "))).containsAll(question.candidates());
        });
    }
}
