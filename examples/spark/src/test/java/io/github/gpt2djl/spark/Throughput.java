package io.github.gpt2djl.spark;

import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationRequest;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.LoadOptions;
import io.github.gpt2djl.ModelSource;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.decoder.DeviceChoice;
import io.github.gpt2djl.decoder.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Tokens a second of one executor with one core, and of the library without Spark with one thread, in turns. */
public final class Throughput {
    private static final int BATCH = 8;

    private final ExecutorModel model;
    private final int rows;
    private final GenerationConfig config;
    private final AtomicLong taskMillis = new AtomicLong();

    private Throughput(String name, int rows, int newTokens) {
        this.model = new ExecutorModel(name, Precision.FP32, 1, false);
        this.rows = rows;
        this.config = GenerationConfig.builder()
                .doSample(true)
                .topP(0.95)
                .maxNewTokens(newTokens)
                .build();
    }

    /** Model, rows, new tokens of each, repetitions. */
    public static void main(String... args) throws Exception {
        new Throughput(args[0], Integer.parseInt(args[1]), Integer.parseInt(args[2]))
                .measure(Integer.parseInt(args[3]));
    }

    private void measure(int repetitions) throws Exception {
        Path folder = Files.createTempDirectory("throughput");
        var options = new LoadOptions(model.precision(), DeviceChoice.AUTO, model.threads(), ModelSource.local());
        try (Cluster cluster = new Cluster(folder, 1);
                SparkSession spark = cluster.session();
                Gpt2 gpt2 = Gpt2.load(model.name(), options)) {
            spark.sparkContext().addSparkListener(new SparkListener() {
                @Override
                public void onTaskEnd(SparkListenerTaskEnd end) {
                    taskMillis.addAndGet(end.taskMetrics().executorRunTime());
                }
            });
            List<Double> inTasks = new ArrayList<>();
            List<Double> inJobs = new ArrayList<>();
            // The first turn warms up.
            for (int turn = 0; turn <= repetitions; turn++) {
                long start = System.nanoTime();
                long tokens = plain(gpt2);
                double plain = tokens / seconds(start);
                taskMillis.set(0);
                start = System.nanoTime();
                long same = job(spark, folder.resolve("out-" + turn).toString());
                double job = same / seconds(start);
                spark.sparkContext().listenerBus().waitUntilEmpty();
                double task = same / (taskMillis.get() / 1e3);
                System.out.printf(
                        "%d tokens, %d in Spark; tokens/s: %.0f without Spark, %.0f in tasks (%.3f), %.0f in the job (%.3f)%s%n",
                        tokens, same, plain, task, task / plain, job, job / plain, turn == 0 ? ", warming up" : "");
                if (turn > 0) {
                    inTasks.add(task / plain);
                    inJobs.add(job / plain);
                }
            }
            System.out.printf("medians: %.3f in tasks, %.3f in the job%n", median(inTasks), median(inJobs));
        }
    }

    private String prompt(int i) {
        return "ROMEO:\nTo be, or not to be, number " + i;
    }

    private long plain(Gpt2 gpt2) {
        var requests = IntStream.range(0, rows)
                .mapToObj(i -> new GenerationRequest(
                        Prompt.of(prompt(i)), config.toBuilder().seed(i).build()));
        try (Stream<Generation> generations = gpt2.generateAll(requests.iterator(), BATCH)) {
            return generations.mapToLong(generation -> generation.ids().size()).sum();
        }
    }

    private long job(SparkSession spark, String out) {
        Dataset<Row> prompts = spark.range(rows)
                .selectExpr(
                        "id",
                        "to_json(struct(concat('ROMEO:\\nTo be, or not to be, number ', id) AS prompt)) AS json",
                        "id AS seed");
        Blocks.continued(prompts, new Continue(model, config.toString(), BATCH), null)
                .write()
                .parquet(out);
        return spark.read().parquet(out).selectExpr("sum(size(ids))").head().getLong(0);
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
