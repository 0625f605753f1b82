package io.github.gpt2djl.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationRequest;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.LoadOptions;
import io.github.gpt2djl.ModelSource;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.Token;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Prompts with the ids 0, 1, 2 and so on, and what the library itself makes of them. */
final class Corpus {
    static final int NEW_TOKENS = 4;

    /** What {@link #request} says. */
    static final List<String> FLAGS = List.of("--do-sample", "--top-p", "0.95", "--max-new-tokens", "" + NEW_TOKENS);

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

    /**
     * What the library makes of them, with the seeds and in the blocks that README.md promises.
     *
     * @param all rows of the job, these and others that cannot be used
     */
    static Map<String, Generation> plain(SparkSession spark, int rows, int all, int batchSize) throws IOException {
        Map<Long, List<Row>> blocks = spark
                .range(rows)
                .selectExpr("cast(id AS string) AS id", "xxhash64(cast(id AS string), 0L) AS seed")
                .selectExpr("id", "seed", "pmod(seed, " + (1 + all / (32 * batchSize)) + ") AS block")
                .orderBy("id")
                .collectAsList()
                .stream()
                .collect(Collectors.groupingBy(row -> row.<Long>getAs("block")));
        var options = new LoadOptions(Precision.FP32, DeviceChoice.AUTO, 1, ModelSource.local());
        Map<String, Generation> byId = new HashMap<>();
        try (Gpt2 gpt2 = Gpt2.load("shakespeare", options)) {
            for (List<Row> block : blocks.values()) {
                var requests = block.stream().map(row -> request(Integer.parseInt(row.getString(0)), row.getLong(1)));
                try (Stream<Generation> generations = gpt2.generateAll(requests.iterator(), batchSize)) {
                    Iterator<Row> ids = block.iterator();
                    generations.forEachOrdered(generation -> byId.put(ids.next().getString(0), generation));
                }
            }
        }
        return byId;
    }

    static void assertSame(Row row, Generation expected) {
        assertThat(row.<String>getAs("error")).isNull();
        assertThat(row.<String>getAs("text")).isEqualTo(expected.text());
        assertThat(row.<Integer>getList(row.fieldIndex("ids"))).isEqualTo(expected.ids());
        assertThat(row.<String>getAs("finish_reason"))
                .isEqualTo(expected.finishReason().name().toLowerCase(Locale.ROOT));
        assertThat(row.<Double>getAs("logprob"))
                .isEqualTo(expected.tokens().stream()
                        .mapToDouble(Token::logProbability)
                        .sum());
        assertThat(row.<Long>getAs("seed"))
                .isEqualTo(expected.seed().isPresent() ? expected.seed().getAsLong() : null);
    }
}
