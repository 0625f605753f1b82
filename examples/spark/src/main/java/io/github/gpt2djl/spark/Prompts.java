package io.github.gpt2djl.spark;

import static org.apache.spark.sql.functions.*;

import java.util.Arrays;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The rows of JSON lines or Parquet: id, the whole row as JSON, and its seed. */
final class Prompts {
    private Prompts() {}

    static Dataset<Row> read(SparkSession spark, String path, long seed) {
        Dataset<Row> lines = spark.read().text(path);
        String[] files = lines.inputFiles();
        if (files.length == 0) {
            throw new IllegalArgumentException("--prompts " + path + " has no files, expected JSON lines or Parquet");
        }
        boolean parquet = Arrays.stream(files).allMatch(file -> file.endsWith(".parquet"));
        Dataset<Row> rows = parquet ? columns(spark.read().parquet(path)) : json(lines);
        return rows.withColumn("seed", xxhash64(col("id").cast("string"), lit(seed)));
    }

    private static Dataset<Row> columns(Dataset<Row> rows) {
        return rows.select(col("id"), to_json(struct(col("*"))).as("json"));
    }

    /** Not by Spark's own JSON lines, where the wrong type of an option in one row changes that of all. */
    private static Dataset<Row> json(Dataset<Row> lines) {
        Column line = col("value");
        return lines.filter(trim(line).notEqual(""))
                .select(
                        get_json_object(line, "$.id").as("id"),
                        when(is_valid_utf8(line), line).as("json"));
    }
}
