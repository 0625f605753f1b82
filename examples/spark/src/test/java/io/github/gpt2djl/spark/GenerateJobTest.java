package io.github.gpt2djl.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.Generation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the job makes of its rows. */
class GenerateJobTest {
    @TempDir
    Path folder;

    private Path prompts;
    private Path out;

    @BeforeEach
    void names() {
        prompts = folder.resolve("prompts.jsonl");
        out = folder.resolve("out");
    }

    @Test
    void rowsAreThoseOfTheLibrary() throws IOException {
        Corpus.write(prompts, 100);
        JobRun run = JobRun.of(prompts, out, Corpus.FLAGS.toArray(String[]::new));
        assertThat(run.code()).as(run.printed()).isZero();
        Map<Object, Row> rows = JobRun.read(out);
        assertThat(rows).hasSize(100);
        try (SparkSession spark = SparkSession.builder().getOrCreate()) {
            Map<String, Generation> plain = Corpus.plain(spark, 100, 100, 8);
            rows.forEach((id, row) -> Corpus.assertSame(row, plain.get((String) id)));
        }
    }

    @Test
    void parquetGivesTheSameAsJson() throws IOException {
        Files.writeString(prompts, """
                {"id": 1, "prompt": "ROMEO: 😀", "do_sample": true, "top_p": 0.9, "max_new_tokens": 9}
                {"id": 2, "prompt": "JULIET:"}
                """);
        Path parquet = folder.resolve("prompts");
        try (SparkSession spark = SparkSession.builder().getOrCreate()) {
            spark.read().json(prompts.toString()).write().parquet(parquet.toString());
        }
        assertThat(JobRun.of(prompts, out).code()).isZero();
        assertThat(JobRun.of(parquet, folder.resolve("other")).code()).isZero();
        Row json = JobRun.read(out).get("1");
        Map<Object, Row> rows = JobRun.read(folder.resolve("other"));
        assertThat(rows).containsOnlyKeys(1L, 2L);
        for (String column : List.of("text", "ids", "seed", "finish_reason", "logprob")) {
            assertThat(rows.get(1L).<Object>getAs(column)).isEqualTo(json.getAs(column));
        }
        assertThat(json.<Integer>getList(json.fieldIndex("ids"))).hasSize(9);
    }

    @Test
    void evenInt8DoesNotDependOnPartitions() throws IOException {
        Corpus.write(prompts, 200);
        List<Map<Object, Row>> runs = new ArrayList<>();
        for (String partitions : List.of("1", "3")) {
            Path to = folder.resolve("out-" + partitions);
            String[] options = {"--precision", "int8", "--batch-size", "2", "--partitions", partitions};
            assertThat(JobRun.of(prompts, to, options).code()).isZero();
            assertThat(to.toFile().list((folder, name) -> name.endsWith(".parquet")))
                    .hasSize(Integer.parseInt(partitions));
            runs.add(JobRun.read(to));
        }
        assertThat(runs.get(1)).hasSize(200).isEqualTo(runs.get(0));
    }

    @Test
    void aRowsSeedIsItsOwnOrThatOfItsIdAndTheJob() throws IOException {
        Files.writeString(prompts, """
                {"id": "mine", "prompt": "ROMEO:", "seed": 5}
                {"id": "ids", "prompt": "ROMEO:"}
                """);
        assertThat(JobRun.of(prompts, out, "--do-sample", "--seed", "9").code()).isZero();
        Map<Object, Row> rows = JobRun.read(out);
        assertThat(rows.get("mine").<Long>getAs("seed")).isEqualTo(5);
        try (SparkSession spark = SparkSession.builder().getOrCreate()) {
            long expected = spark.sql("SELECT xxhash64('ids', 9L)").head().getLong(0);
            assertThat(rows.get("ids").<Long>getAs("seed")).isEqualTo(expected);
        }
    }

    @Test
    void aRowThatCannotBeUsedSaysWhy() throws IOException {
        Files.writeString(prompts, """
                {"id": "prompt"}

                {"prompt": "x"}
                {"id": "typo", "prompt": "x", "max_new_token": 3}
                {"id": "range", "prompt": "x", "max_new_tokens": 0}
                {"id": "whole", "prompt": "x", "max_new_tokens": 2.5}
                {"id": "beams", "prompt": "x", "num_beams": 4}
                {"id": "surrogate", "prompt": "\\ud83d"}
                {"id": "good", "prompt": "x", "max_length": 3}
                """);
        JobRun run = JobRun.of(prompts, out, "--max-new-tokens", "4");
        assertThat(run.code()).isZero();
        assertThat(run.printed()).contains("8 rows, ", ", 7 rows with an error");
        Map<Object, Row> rows = JobRun.read(out);
        assertThat(rows.remove("good").<String>getAs("error")).isNull();
        assertThat(rows.values()).extracting(row -> row.<String>getAs("text")).containsOnlyNulls();
        assertThat(rows.values())
                .extracting(row -> row.getAs("id") + ": " + row.getAs("error"))
                .containsExactlyInAnyOrder(
                        "prompt: found no prompt, expected both id and prompt",
                        "null: found no id, expected both id and prompt",
                        "typo: the option max_new_token is not supported; leave it out",
                        "range: max_new_tokens is 0, expected at least 1",
                        "whole: max_new_tokens is 2.5, expected a whole number at least 1",
                        "beams: num_beams is 4, expected a row of one text without search or guesses; leave it out",
                        "surrogate: the text has the lone surrogate U+D83D at index 0, expected well-formed Unicode");
    }

    @Test
    void aLineThatIsNoJsonOrNotUtf8SaysSo() throws IOException {
        Files.write(prompts, "{\"id\": 1, \"prompt\": \"\u00e9\"}\n".getBytes(StandardCharsets.ISO_8859_1));
        JobRun latin = JobRun.of(prompts, out);
        assertThat(latin.printed()).contains("1 rows with an error", "1: found a line that is not UTF-8");
        assertThat(latin.code()).as("no row could be used").isEqualTo(1);
        Files.writeString(prompts, "ROMEO:\n");
        JobRun text = JobRun.of(prompts, out, "--overwrite");
        assertThat(text.printed()).contains("found ROMEO:, expected a JSON object with id and prompt");
    }

    /** Python's json refuses these lines too. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'id': 1, 'prompt': 'A'}",
                "{id: 1, \"prompt\": \"A\"}",
                "{\"id\": 1, \"prompt\": \"A\"} // a comment",
                "{\"id\": 1, \"prompt\": \"A\"} {}",
                "{\"id\": 1; \"prompt\": \"A\"}"
            })
    void aLineThatOnlyALenientReaderTakesIsRefused(String line) throws IOException {
        Files.writeString(prompts, line + "\n");
        JobRun job = JobRun.of(prompts, out);
        assertThat(job.printed()).contains("expected a JSON object with id and prompt");
        assertThat(job.code()).isEqualTo(1);
    }
}
