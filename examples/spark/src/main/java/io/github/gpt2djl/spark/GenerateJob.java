package io.github.gpt2djl.spark;

import static org.apache.spark.sql.functions.*;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.OptionNaming;
import io.github.gpt2djl.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Continues the prompts of a file, or of a folder of them, on all executors, into a folder of Parquet. */
@Command(
        name = "spark-submit … gpt2-spark.jar",
        description = "Continues prompts (JSON lines or Parquet: id, prompt, options) with GPT-2 into Parquet.",
        sortOptions = false)
public final class GenerateJob implements Callable<Integer> {
    @Option(names = "--prompts", required = true, description = "File or folder: JSON lines, or *.parquet.")
    private String prompts;

    @Option(names = "--out", required = true, description = "Folder for the Parquet, which must not exist.")
    private String out;

    @Option(names = "--overwrite", description = "It may exist, and is replaced.")
    private boolean overwrite;

    @Option(
            names = "--model",
            paramLabel = "NAME|FOLDER",
            defaultValue = "shakespeare",
            description = "As for Gpt2.load, or a name from --archives. Default: ${DEFAULT-VALUE}.")
    private String model;

    @Option(names = "--download", description = "Executors may fetch it from the Hugging Face Hub.")
    private boolean download;

    @Option(
            names = "--precision",
            paramLabel = "fp32|fp16|bf16|mixed|int8|int4|auto",
            defaultValue = "fp32",
            description = "Default: ${DEFAULT-VALUE}. auto: fp32 on a CPU, fp16 on a GPU.")
    private Precision precision;

    @Option(
            names = "--device",
            paramLabel = "auto|cpu|gpu|gpu:1",
            defaultValue = "auto",
            description = "Where an executor computes. auto: a CUDA GPU if PyTorch can compute on one, else the CPU."
                    + " Default: ${DEFAULT-VALUE}.")
    private DeviceChoice device;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            defaultValue = "8",
            description = "Sequences of a task that run at once. Default: ${DEFAULT-VALUE}.")
    private int batchSize;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Native threads of an executor. Default: spark.task.cpus.")
    private int threads;

    @Option(
            names = "--trust-files",
            description = "Run regular expressions of the model's tokenizer that no published model has. Such an"
                    + " expression may never come to an end.")
    private boolean trustFiles;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            description = "Tasks. Default: one for each " + Blocks.BATCHES + " × batch-size rows, at most "
                    + Blocks.MANY_TASKS + ".")
    private Integer partitions;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "With each row's id it makes the row's seed. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--generation-config",
            paramLabel = "FILE",
            description = "A generation_config.json, for what a row does not say; what follows goes before it.")
    private Path file;

    @Option(names = "--help", usageHelp = true, description = "Show this.")
    private boolean help;

    @Spec
    private CommandSpec command;

    private GenerateJob() {}

    /**
     * Runs the job.
     *
     * @param args see {@code --help}
     */
    public static void main(String... args) {
        int code = run(args);
        // A driver in a cluster ends well by returning.
        if (code != 0) {
            System.exit(code);
        }
    }

    static int run(String... args) {
        CommandLine line = new CommandLine(new GenerateJob());
        GenerationFlags.addTo(line.getCommandSpec());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.registerConverter(DeviceChoice.class, GenerateJob::device);
        line.setParameterExceptionHandler((e, wrong) -> fail(e.getMessage(), CommandLine.ExitCode.USAGE));
        line.setExecutionExceptionHandler((e, failed, result) -> e instanceof IllegalArgumentException wrong
                ? fail(InvalidOptionException.message(wrong, OptionNaming.FLAGS), CommandLine.ExitCode.USAGE)
                : fail(reason(e), CommandLine.ExitCode.SOFTWARE));
        return line.execute(args);
    }

    private static DeviceChoice device(String text) {
        try {
            return DeviceChoice.parse(text);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.TypeConversionException(e.getMessage());
        }
    }

    @Override
    public Integer call() throws IOException {
        String defaults = GenerationFlags.read(command, file).toString();
        requirePositive("--batch-size", batchSize);
        if (partitions != null) {
            requirePositive("--partitions", partitions);
        }
        SparkConf conf = new SparkConf().setAppName("gpt2").setIfMissing("spark.master", "local[*]");
        try (SparkSession spark = SparkSession.builder().config(conf).getOrCreate()) {
            spark.sparkContext().setLogLevel("WARN");
            var loaded = new ExecutorModel(model, precision, device.toString(), threads, download, trustFiles);
            return generate(spark, new Continue(loaded, defaults, batchSize));
        }
    }

    private int generate(SparkSession spark, Continue task) throws IOException {
        var folder = new org.apache.hadoop.fs.Path(out);
        if (!overwrite
                && folder.getFileSystem(spark.sparkContext().hadoopConfiguration())
                        .exists(folder)) {
            throw new IllegalArgumentException("--out " + out + " exists, expected a new folder; or give --overwrite");
        }
        Dataset<Row> rows = Prompts.read(spark, prompts, seed);
        Blocks.continued(rows, task, partitions)
                .write()
                .mode(overwrite ? SaveMode.Overwrite : SaveMode.ErrorIfExists)
                .parquet(out);
        return report(spark.read().parquet(out));
    }

    private int report(Dataset<Row> texts) {
        Row sums = texts.agg(
                        count(lit(1)), count("error"), sum(when(col("error").isNull(), size(col("ids")))))
                .head();
        long rows = sums.getLong(0);
        long wrong = sums.getLong(1);
        System.out.println(out + ": " + rows + " rows, " + (sums.isNullAt(2) ? 0 : sums.getLong(2)) + " new tokens, "
                + wrong + " rows with an error");
        texts.filter(col("error").isNotNull())
                .limit(3)
                .collectAsList()
                .forEach(row -> System.out.println("  " + row.get(0) + ": " + row.<String>getAs("error")));
        return rows > 0 && wrong == rows ? CommandLine.ExitCode.SOFTWARE : CommandLine.ExitCode.OK;
    }

    private static void requirePositive(String option, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(option + " is " + value + ", expected at least 1");
        }
    }

    /** What went wrong on an executor is the last cause of what Spark throws. */
    private static String reason(Throwable e) {
        Throwable cause = e;
        while (e instanceof SparkException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    private static int fail(String message, int code) {
        System.err.println("error: " + message);
        return code;
    }
}
