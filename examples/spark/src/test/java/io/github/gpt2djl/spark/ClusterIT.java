package io.github.gpt2djl.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.Generation;
import io.github.gpt2djl.Gpt2;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The job's jar on a cluster: whatever that does, the rows are those of the library without Spark. */
class ClusterIT {
    private static final int ROWS = 5_000;
    private static final int BATCH = 16;

    @TempDir
    static Path folder;

    private static SparkSession spark;
    private static Map<String, Generation> plain;
    private static Path prompts;

    @BeforeAll
    static void generateWithoutSpark() throws IOException {
        spark = SparkSession.builder().getOrCreate();
        plain = Corpus.plain(spark, ROWS, ROWS + 2, BATCH);
        prompts = folder.resolve("prompts.jsonl");
        Corpus.write(prompts, ROWS);
        String bad = """
                {"id": "long", "prompt": "%s"}
                {"id": "option", "prompt": "ROMEO:", "top_p": 3}
                """.formatted("word ".repeat(10_000));
        Files.writeString(prompts, bad, StandardOpenOption.APPEND);
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    @Test
    void executorsAndPartitionsDoNotChangeTheTexts() throws Exception {
        Path model = folder.resolve("model.zip");
        pack(model);
        try (Cluster cluster = cluster("steady")) {
            finish("one", submit(cluster, "one", 1, List.of(), List.of()));
            finish(
                    "two",
                    submit(
                            cluster,
                            "two",
                            2,
                            List.of("--archives", model + "#bard"),
                            List.of("--model", "bard", "--partitions", "7")));
        }
        assertIsPlain("one");
        assertIsPlain("two");
    }

    @Test
    void aKilledWorkerDoesNotChangeTheTexts() throws Exception {
        try (Cluster cluster = cluster("killed")) {
            Process job = submit(cluster, "survived", 2, List.of(), List.of());
            Cluster.Tasks tasks = cluster.killWorkerAtWork(job);
            assertThat(tasks.begun()).isGreaterThan(tasks.complete());
            finish("survived", job);
        }
        assertThat(folder.resolve("survived.log")).content().contains("Lost executor");
        assertIsPlain("survived");
    }

    private static Cluster cluster(String name) throws Exception {
        return new Cluster(Files.createDirectory(folder.resolve(name)), 2);
    }

    private static Process submit(Cluster cluster, String name, int executors, List<String> spark, List<String> job)
            throws IOException {
        List<String> all = new ArrayList<>(Corpus.FLAGS);
        all.addAll(List.of("--batch-size", "" + BATCH));
        all.addAll(List.of(
                "--prompts", prompts.toString(), "--out", folder.resolve(name).toString()));
        all.addAll(job);
        return cluster.submit(folder.resolve(name + ".log"), executors, spark, all);
    }

    private static void finish(String name, Process job) throws Exception {
        int code = job.waitFor();
        String log = Files.readString(folder.resolve(name + ".log"));
        assertThat(code).as(log).isZero();
        assertThat(log).contains((ROWS + 2) + " rows, ", "2 rows with an error");
    }

    /** The shipped model as an archive of a user's own. */
    private static void pack(Path zip) throws IOException {
        try (var out = new ZipOutputStream(Files.newOutputStream(zip))) {
            for (String file : List.of("config.json", "model.safetensors", "tokenizer.json")) {
                out.putNextEntry(new ZipEntry(file));
                try (InputStream in = Gpt2.class.getResourceAsStream("models/shakespeare/" + file)) {
                    Objects.requireNonNull(in, file).transferTo(out);
                }
            }
        }
    }

    private static void assertIsPlain(String name) {
        List<Row> rows = spark.read().parquet(folder.resolve(name).toString()).collectAsList();
        assertThat(rows)
                .extracting(row -> row.<String>getAs("id"))
                .doesNotHaveDuplicates()
                .hasSize(ROWS + 2);
        for (Row row : rows) {
            switch (row.<String>getAs("id")) {
                case "long" ->
                    assertThat(row.<String>getAs("error")).contains("expected at most 256, the model's context");
                case "option" -> assertThat(row.<String>getAs("error")).isEqualTo("top_p is 3.0, expected 0 to 1");
                default -> Corpus.assertSame(row, plain.get(row.<String>getAs("id")));
            }
        }
    }
}
