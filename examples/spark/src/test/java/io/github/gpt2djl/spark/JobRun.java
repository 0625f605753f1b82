package io.github.gpt2djl.spark;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * A job in this process.
 *
 * @param code that it ended with
 * @param printed to stdout and stderr
 */
record JobRun(int code, String printed) {
    static JobRun of(Path prompts, Path out, String... more) {
        List<String> args = new ArrayList<>(List.of("--prompts", prompts.toString(), "--out", out.toString()));
        args.addAll(Arrays.asList(more));
        PrintStream standardOut = System.out;
        PrintStream standardErr = System.err;
        var bytes = new ByteArrayOutputStream();
        var both = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        System.setOut(both);
        System.setErr(both);
        try {
            int code = GenerateJob.run(args.toArray(String[]::new));
            return new JobRun(code, bytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(standardOut);
            System.setErr(standardErr);
        }
    }

    /** What a job has written, by id. */
    static Map<Object, Row> read(Path out) throws IOException {
        try (SparkSession spark = SparkSession.builder().getOrCreate()) {
            return spark.read().parquet(out.toString()).collectAsList().stream()
                    .collect(Collectors.toMap(row -> row.get(0), Function.identity()));
        }
    }
}
