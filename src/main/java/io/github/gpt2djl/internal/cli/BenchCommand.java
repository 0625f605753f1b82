package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.ContextPolicy;
import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.internal.bench.Benchmark;
import io.github.gpt2djl.internal.bench.BenchmarkPlan;
import io.github.gpt2djl.internal.bench.QueueBenchmark;
import io.github.gpt2djl.internal.decoder.Kernels;
import io.github.gpt2djl.internal.generation.LoadedModel;
import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench}: measures the speed of generation on this machine. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures generation with random prompts, top-k 50 and top-p 0.95: medians of repetitions after a warm-up.",
            "Figures go to stdout, progress to stderr."
        },
        footer = {"", "Example:", "  bench --prompt-tokens 64 --max-new-tokens 64 --precision int8"})
final class BenchCommand implements Callable<Integer> {
    @Mixin
    ModelOptions model = new ModelOptions();

    @Option(
            names = "--prompt-tokens",
            paramLabel = "N",
            defaultValue = "64",
            description = "Tokens of a prompt. Default: 64.")
    int promptTokens;

    @Option(
            names = "--max-new-tokens",
            paramLabel = "N",
            defaultValue = "64",
            description = "Tokens to generate, at least 2. Default: 64.")
    int newTokens;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            defaultValue = "1",
            description = "Sequences at once. Default: 1.")
    int batch;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description =
                    "Seconds of warm-up before the measurements, at least two repetitions: Java's compiler takes a"
                            + " core from PyTorch. Default: 5.")
    int warmUp;

    @Option(
            names = "--repetitions",
            paramLabel = "N",
            defaultValue = "5",
            description =
                    "Measured repetitions. From 100 on, also compares the last tenth with the second, which shows a"
                            + " slow-down. Default: 5.")
    int repetitions;

    @Option(
            names = "--prompt-lookup-num-tokens",
            paramLabel = "N",
            description = "Guess up to N tokens from the text so far; only with one sequence. Default: none.")
    int guesses;

    @Option(
            names = "--context-policy",
            paramLabel = "stop|slide:N",
            defaultValue = "stop",
            description =
                    "slide:N continues from the last N tokens when the context is full, so that --max-new-tokens can be"
                            + " any number. Default: stop.")
    String contextPolicy = "stop";

    @Option(
            names = "--queue",
            paramLabel = "N",
            description = "Also measure continuous batching with N prompts of different lengths, compared with full"
                    + " batches.")
    int queue;

    @Option(
            names = "--profile",
            description =
                    "Also measure the parts of a step: attentions, MLPs and head alone, the native call, sampling,"
                            + " text, and the rest.")
    boolean profile;

    @Option(names = "--json", description = "Print one line of JSON.")
    boolean json;

    private final PrintStream out;
    private final PrintStream err;

    BenchCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException {
        if (queue != 0 && guesses != 0) {
            throw new IllegalArgumentException("--prompt-lookup-num-tokens has no effect on --queue " + queue
                    + ": it serves one row; leave one of them out");
        }
        ContextPolicy policy = GenerationOption.CONTEXT_POLICY.parse(contextPolicy);
        long start = System.nanoTime();
        BenchmarkPlan plan = new BenchmarkPlan(batch, promptTokens, newTokens, warmUp, repetitions, guesses, policy);
        try (LoadedModel loaded = model.loadParts(err)) {
            double loadMillis = (System.nanoTime() - start) / 1e6;
            if (queue != 0) {
                QueueBenchmark.check(loaded, plan, queue);
            }
            Benchmark result = Benchmark.run(
                    loaded,
                    plan,
                    done -> err.println(done == 0 ? "warming up" : "repetition " + done + " of " + repetitions));
            Map<String, @Nullable Object> fields = fields(loaded, loadMillis, result);
            if (queue != 0) {
                err.println("the queue, beside full batches");
                QueueBenchmark rates = QueueBenchmark.run(loaded, plan, queue);
                fields.put("queue_tokens_per_second", Output.round(rates.queueTokensPerSecond(), 2));
                fields.put("full_batches_tokens_per_second", Output.round(rates.staticTokensPerSecond(), 2));
            }
            if (json) {
                out.println(Output.json(fields));
            } else {
                fields.forEach((key, value) -> out.printf(Locale.ROOT, "%-26s %s%n", key, value));
            }
        }
        return 0;
    }

    private Map<String, @Nullable Object> fields(LoadedModel loaded, double loadMillis, Benchmark result) {
        // Before the buffer for the bandwidth is allocated.
        OptionalLong peak = Benchmark.peakResidentMegabytes();
        OptionalDouble bandwidth = Benchmark.readBandwidth(loaded.device(), result.threads());
        long weightBytes = Kernels.of(loaded.precision(), loaded.device()).bytesPerStep(loaded.config());
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("model", loaded.name());
        fields.put("device", loaded.device().toString());
        fields.put("precision", Output.name(loaded.precision()));
        fields.put("threads", result.threads());
        fields.put("batch", result.batch());
        fields.put("prompt_tokens", result.promptTokens());
        fields.put("new_tokens", result.newTokens());
        fields.put("load_ms", Output.round(loadMillis, 1));
        fields.put("time_to_first_token_ms", Output.round(result.firstTokenMillis(), 2));
        fields.put("prefill_tokens_per_second", Output.round(result.prefillTokensPerSecond(), 1));
        fields.put("decode_ms_per_step", Output.round(result.stepMillis(), 3));
        fields.put("tokens_per_second", Output.round(result.tokensPerSecond(), 2));
        fields.put("peak_rss_mb", peak.isPresent() ? peak.getAsLong() : null);
        // The lower bound: a step cannot be faster than reading the weights once.
        Double gigabytes = bandwidth.isPresent() ? bandwidth.getAsDouble() : null;
        fields.put("read_bandwidth_gb_s", gigabytes == null ? null : Output.round(gigabytes, 1));
        fields.put("weight_bytes_per_token", weightBytes);
        fields.put(
                "floor_fraction",
                gigabytes == null ? null : Output.round(weightBytes / gigabytes / 1e6 / result.stepMillis(), 3));
        if (result.drift().isPresent()) {
            fields.put("drift", Output.round(result.drift().getAsDouble(), 3));
        }
        if (result.slideMillis() > 0) {
            fields.put("slide_ms_per_step", Output.round(result.slideMillis(), 3));
        }
        if (profile) {
            double kernels = result.profile().kernelMillis();
            fields.put("kernels_ms", Output.round(kernels, 3));
            if (guesses == 0) {
                fields.put("kernels_fraction", Output.round(kernels / result.stepMillis(), 3));
            }
            fields.put("native_ms", Output.round(result.profile().nativeMillis(), 3));
            fields.put("sampling_ms", Output.round(result.profile().samplingMillis(), 3));
            fields.put("text_ms", Output.round(result.profile().textMillis(), 3));
            fields.put("other_ms", Output.round(result.profile().otherMillis(), 3));
        }
        return fields;
    }
}
