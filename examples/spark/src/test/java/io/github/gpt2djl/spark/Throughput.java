package io.github.gpt2djl.spark;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationRequest;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.LoadOptions;
import io.github.gpt2djl.ModelSource;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.Prompt;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
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
    private final AtomicLong taskCpuNanos = new AtomicLong();

    private Throughput(String name, int rows, int newTokens) {
        this.model = new ExecutorModel(name, Precision.FP32, "auto", 1, false, false);
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
        Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "throughput");
        var options = new LoadOptions(model.precision(), DeviceChoice.AUTO, model.threads(), ModelSource.local());
        try (Cluster cluster = new Cluster(folder, 1);
                SparkSession spark = cluster.session();
                Gpt2 gpt2 = Gpt2.load(model.name(), options)) {
            spark.sparkContext().addSparkListener(new SparkListener() {
                @Override
                public void onTaskEnd(SparkListenerTaskEnd end) {
                    taskMillis.addAndGet(end.taskMetrics().executorRunTime());
                    taskCpuNanos.addAndGet(end.taskMetrics().executorCpuTime());
                }
            });
            ThreadMXBean thread = ManagementFactory.getThreadMXBean();
            List<double[]> turns = new ArrayList<>();
            // The first turn warms up.
            for (int turn = 0; turn <= repetitions; turn++) {
                long cpu = thread.getCurrentThreadCpuTime();
                long start = System.nanoTime();
                long tokens = plain(gpt2);
                double plain = tokens / seconds(start);
                double plainCpu = (thread.getCurrentThreadCpuTime() - cpu) / 1e9;
                taskMillis.set(0);
                taskCpuNanos.set(0);
                start = System.nanoTime();
                long same = job(spark, folder.resolve("out-" + turn).toString());
                double job = same / seconds(start);
                spark.sparkContext().listenerBus().waitUntilEmpty();
                double task = same / (taskMillis.get() / 1e3);
                double taskCpu = taskCpuNanos.get() / 1e9;
                System.out.printf(
                        "%d tokens, in Spark %d; tokens/s: %.0f without Spark, %.0f in tasks, %.0f in the whole job;"
                                + " seconds of CPU: %.1f, %.1f in tasks%s%n",
                        tokens, same, plain, task, job, plainCpu, taskCpu, turn == 0 ? " (warming up)" : "");
                if (turn > 0) {
                    turns.add(new double[] {task / plain, job / plain, taskCpu / plainCpu});
                }
            }
            System.out.printf(
                    "medians beside the library without Spark: %.2f of its tokens/s in tasks, %.2f in the whole job;"
                            + " %.2f of its CPU time%n",
                    median(turns, 0), median(turns, 1), median(turns, 2));
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

    private static double median(List<double[]> turns, int column) {
        double[] sorted =
                turns.stream().mapToDouble(turn -> turn[column]).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
