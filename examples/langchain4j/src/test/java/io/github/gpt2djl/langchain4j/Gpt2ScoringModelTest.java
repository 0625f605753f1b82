package io.github.gpt2djl.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.scoring.ScoringModel;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Score;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class Gpt2ScoringModelTest {
    private static Gpt2 gpt2;

    @BeforeAll
    static void load() throws IOException {
        gpt2 = Gpt2.load("shakespeare");
    }

    @AfterAll
    static void close() {
        gpt2.close();
    }

    /** A score counts the query's tokens alone, which the log-probabilities of the whole text confirm. */
    @Test
    void aScoreIsTheQuerysMeanLogProbability() {
        String text = "ROMEO is banished from Verona.";
        String query = "Where is ROMEO?";
        Score whole = gpt2.score(text + "\nQuestion: " + query);
        int given = gpt2.encode(text + "\nQuestion:").size();
        List<Double> tokens =
                whole.logProbabilities().stream().map(Number::doubleValue).toList();
        double mean = tokens.subList(given - 1, tokens.size()).stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElseThrow();

        ScoringModel model = new Gpt2ScoringModel(gpt2);
        assertThat(model.score(text, query).content()).isCloseTo(mean, within(1e-5));
    }

    @Test
    void theTextThatNamesTheAnswerIsFirst() {
        List<Double> scores = new Gpt2ScoringModel(gpt2)
                .scoreAll(
                        List.of(
                                TextSegment.from("HENRY BOLINGBROKE:\nMy lord, the king is dead."),
                                TextSegment.from("KATHARINA:\nPETRUCHIO, I will not go.")),
                        "PETRUCHIO, PETRUCHIO?")
                .content();
        assertThat(scores.get(1)).isGreaterThan(scores.get(0));
        assertThat(scores).allMatch(score -> score < 0);
    }

    @Test
    void aTextBeyondTheContextIsInvalid() {
        assertThatThrownBy(() -> new Gpt2ScoringModel(gpt2).score("word ".repeat(2000), "Who?"))
                .isInstanceOf(InvalidRequestException.class);
    }
}
