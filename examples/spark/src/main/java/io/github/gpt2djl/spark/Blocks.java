package io.github.gpt2djl.spark;

import static org.apache.spark.sql.functions.*;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;

/**
 * Rows in blocks by their ids. Which rows share a batch, and so the last bits of what is computed, is then the same
 * whatever the partitions, the executors and the retries.
 */
final class Blocks {
    /** Of a block: so many that the batch's emptying at the end is a small part. */
    static final int BATCHES = 32;

    /** What a driver manages easily. */
    static final int MANY_TASKS = 10_000;

    private Blocks() {}

    /**
     * Continues rows of id, JSON and seed.
     *
     * @param tasks at least 1, or null: one a block, but not too many
     */
    static Dataset<Row> continued(Dataset<Row> rows, Continue how, Integer tasks) {
        long blocks = 1 + rows.count() / ((long) BATCHES * how.batchSize());
        int partitions = tasks != null ? tasks : (int) Math.min(MANY_TASKS, blocks);
        Dataset<Row> placed = rows.withColumn("block", pmod(col("seed"), lit(blocks)));
        return placed.repartitionByRange(partitions, col("block"))
                .groupBy(col("block"))
                .as(Encoders.LONG(), Encoders.row(placed.schema()))
                .flatMapSortedGroups(
                        new Column[] {col("id"), col("json")},
                        how,
                        Encoders.row(Asked.schema(rows.schema().apply("id").dataType())));
    }
}
