package io.github.gpt2djl.spark;

import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationRequest;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.LoadOptions;
import io.github.gpt2djl.ModelSource;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.Token;
import io.github.gpt2djl.decoder.DeviceChoice;
import io.github.gpt2djl.decoder.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Prompts with the ids 0, 1, 2 and so on, and what the library itself makes of them. */
final class Corpus {
    static final int NEW_TOKENS = 4;

    /** What {@link #request} says. */
    static final List<String> FLAGS = List.of("--do-sample", "--top-p", "0.95", "--max-new-tokens", "" + NEW_TOKENS);

    /**
     * Of a sum of log-probabilities, of which each is a 32-bit result below 20 that a batch of another shape may round
     * otherwise: the library's 1e-5 for each token is 5 units of the last place.
     */
    private static final double ROUNDING = NEW_TOKENS * 1e-5;

    private static final List<String> WHO = List.of("ROMEO", "JULIET", "KING HENRY", "First Citizen", "Nurse", "😀");

    private Corpus() {}

    private static String prompt(int i) {
        return WHO.get(i % WHO.size()) + ": " + i;
    }

    /** Every tenth row has options of its own. */
    private static boolean isGreedy(int i) {
        return i % 10 == 3;
    }

    /** Ids are numbers and strings. */
    static void write(Path file, int rows) throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            String id = i % 2 == 0 ? "" + i : "\"" + i + "\"";
            String options = isGreedy(i) ? ", \"do_sample\": false, \"top_p\": 1, \"max_new_tokens\": 2" : "";
            lines.add("{\"id\": " + id + ", \"prompt\": \"" + prompt(i) + "\"" + options + "}");
        }
        Files.write(file, lines);
    }

    private static GenerationRequest request(int i, long seed) {
        GenerationConfig config = isGreedy(i)
                ? GenerationConfig.builder().maxNewTokens(2).build()
                : GenerationConfig.builder()
                        .doSample(true)
                        .topP(0.95)
                        .maxNewTokens(NEW_TOKENS)
                        .seed(seed)
                        .build();
        return new GenerationRequest(Prompt.of(prompt(i)), config);
    }

    /** With the seeds that README.md promises. */
    static List<Generation> plain(SparkSession spark, int rows) throws IOException {
        List<Long> seeds = spark.range(rows)
                .orderBy("id")
                .select(expr("xxhash64(cast(id AS string), 0L)"))
                .as(Encoders.LONG())
                .collectAsList();
        var options = new LoadOptions(Precision.FP32, DeviceChoice.AUTO, 1, ModelSource.local());
        var requests = IntStream.range(0, rows).mapToObj(i -> request(i, seeds.get(i)));
        try (Gpt2 gpt2 = Gpt2.load("shakespeare", options);
                Stream<Generation> generations = gpt2.generateAll(requests.iterator(), 32)) {
            return generations.toList();
        }
    }

    static void assertSame(Row row, Generation expected) {
        assertThat(row.<String>getAs("error")).isNull();
        assertThat(row.<String>getAs("text")).isEqualTo(expected.text());
        assertThat(row.<Integer>getList(row.fieldIndex("ids"))).isEqualTo(expected.ids());
        assertThat(row.<String>getAs("finish_reason"))
                .isEqualTo(expected.finishReason().name().toLowerCase(Locale.ROOT));
        assertThat(row.<Double>getAs("logprob"))
                .isCloseTo(
                        expected.tokens().stream()
                                .mapToDouble(Token::logProbability)
                                .sum(),
                        within(ROUNDING));
        assertThat(row.<Long>getAs("seed"))
                .isEqualTo(expected.seed().isPresent() ? expected.seed().getAsLong() : null);
    }
}
