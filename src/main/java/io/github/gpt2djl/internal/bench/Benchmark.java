package io.github.gpt2djl.internal.bench;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.internal.decoder.TorchEngine;
import io.github.gpt2djl.internal.generation.Failures;
import io.github.gpt2djl.internal.generation.GenerationPlanner;
import io.github.gpt2djl.internal.generation.LoadedModel;
import io.github.gpt2djl.internal.loop.Decoding;
import io.github.gpt2djl.internal.loop.DraftLoop;
import io.github.gpt2djl.internal.loop.Loop;
import io.github.gpt2djl.internal.loop.LoopStatistics;
import io.github.gpt2djl.internal.loop.PromptLookup;
import io.github.gpt2djl.internal.loop.Request;
import io.github.gpt2djl.internal.loop.SampledToken;
import io.github.gpt2djl.internal.loop.TokenLoop;
import io.github.gpt2djl.internal.sampling.CounterRandom;
import io.github.gpt2djl.sampling.Multinomial;
import io.github.gpt2djl.sampling.Sampler;
import io.github.gpt2djl.sampling.TopK;
import io.github.gpt2djl.sampling.TopP;
import io.github.gpt2djl.tokenizer.Detokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.IntConsumer;

/**
 * Measures generation: random prompts, sampling with top-k 50 and top-p 0.95, no end before the last token.
 *
 * @param threads of one native operation
 * @param batch rows generated at once
 * @param promptTokens of each row
 * @param newTokens of each row
 * @param firstTokenMillis median time from the call to the first token of all rows
 * @param stepMillis median over the repetitions of the mean time of a decoding step
 * @param drift the median step of the last tenth of the repetitions, divided by the median step of the second tenth,
 *     because Java still compiles in the first; empty below 100 repetitions
 * @param slideMillis of a step, for computing anew the last ids of a full context, spread over all steps; 0 within the
 *     context
 * @param profile the parts of the time of a step, medians too
 */
public record Benchmark(
        int threads,
        int batch,
        int promptTokens,
        int newTokens,
        double firstTokenMillis,
        double stepMillis,
        OptionalDouble drift,
        double slideMillis,
        Profile profile) {
    /**
     * The milliseconds of a decoding step.
     *
     * @param kernelMillis only the step's attentions, MLPs and head, matrices included, measured between the
     *     repetitions with the mean number of tokens. A step of one token per row cannot be faster with these kernels.
     *     Norms, sums and the transfer of results to Java come on top
     * @param nativeMillis in the model's one native call
     * @param samplingMillis choosing tokens, all rows
     * @param textMillis turning ids into text, all rows
     * @param otherMillis the rest: bookkeeping in Java
     */
    public record Profile(
            double kernelMillis, double nativeMillis, double samplingMillis, double textMillis, double otherMillis) {}

    private static final int WARM_UP = 2;

    /**
     * Warms up, then runs the measured repetitions. While Java still compiles, it takes a core from PyTorch: on two
     * cores, the steps of the first seconds are a fifth slower than the steps that follow.
     *
     * @param finished receives the number of measured repetitions: 0 before the warm-up, then each new number
     * @return medians over the measured repetitions
     * @throws IllegalArgumentException if a number is out of range or the tokens do not fit into the context
     */
    public static Benchmark run(LoadedModel model, BenchmarkPlan plan, IntConsumer finished) {
        plan.check(model.config().positions());
        int batch = plan.batch();
        int promptTokens = plan.promptTokens();
        int newTokens = plan.newTokens();
        int repetitions = plan.repetitions();
        double[] first = new double[repetitions];
        double[] step = new double[repetitions];
        double[] kernels = new double[repetitions];
        double[] inNative = new double[repetitions];
        double[] sampling = new double[repetitions];
        double[] text = new double[repetitions];
        double[] slide = new double[repetitions];
        finished.accept(0);
        long began = System.nanoTime();
        int unmeasured = 0;
        for (int i = 0; i < repetitions; ) {
            boolean warm = unmeasured >= WARM_UP && System.nanoTime() - began >= 1e9 * plan.warmUp();
            try (Loop loop = loop(model, plan)) {
                long start = System.nanoTime();
                step(loop);
                long prefilled = System.nanoTime();
                LoopStatistics before = loop.statistics();
                long textNanos = 0;
                List<Detokenizer> rows = rows(model, batch);
                while (loop.hasNext()) {
                    List<SampledToken> tokens = step(loop);
                    long chosen = System.nanoTime();
                    for (int row = 0; row < rows.size(); row++) {
                        rows.get(row).add(tokens.get(row).id(), tokens.get(row).last());
                    }
                    textNanos += System.nanoTime() - chosen;
                }
                if (warm) {
                    LoopStatistics after = loop.statistics();
                    double steps = 1e6 * (newTokens - 1);
                    first[i] = (prefilled - start) / 1e6;
                    step[i] = (System.nanoTime() - prefilled) / steps;
                    inNative[i] = (after.nativeNanos() - before.nativeNanos()) / steps;
                    sampling[i] = (after.samplingNanos() - before.samplingNanos()) / steps;
                    text[i] = textNanos / steps;
                    slide[i] = after.slideNanos() / steps;
                }
            }
            int middle = Math.min(promptTokens + newTokens / 2, model.config().positions());
            double alone = model.decoder().kernelMillis(batch, middle, newTokens - 1);
            if (warm) {
                kernels[i] = alone;
                finished.accept(++i);
            } else {
                unmeasured++;
            }
        }
        double nativeMillis = Medians.median(inNative);
        double samplingMillis = Medians.median(sampling);
        double textMillis = Medians.median(text);
        double stepMillis = Medians.median(step);
        double other = Math.max(0, stepMillis - nativeMillis - samplingMillis - textMillis);
        return new Benchmark(
                TorchEngine.threads(),
                batch,
                promptTokens,
                newTokens,
                Medians.median(first),
                stepMillis,
                Medians.drift(step),
                Medians.median(slide),
                new Profile(Medians.median(kernels), nativeMillis, samplingMillis, textMillis, other));
    }

    /**
     * Measures the speed of sequential reads from memory, in GB/s (10<sup>9</sup> bytes): the best of several plain
     * reads of a buffer three times the processor's last-level cache. For a GPU, measures what the best of several
     * copies reads and writes.
     *
     * @param device a model's
     * @param threads that read at once, at least 1
     * @return empty if the heap has no room for the buffer
     */
    public static OptionalDouble readBandwidth(DeviceChoice device, int threads) {
        return device.kind() == DeviceChoice.Kind.GPU
                ? OptionalDouble.of(TorchEngine.copyBandwidth(device))
                : MemoryBandwidth.measure(threads);
    }

    /** Makes a detokenizer for each row; empty without a tokenizer. */
    private static List<Detokenizer> rows(LoadedModel model, int batch) {
        List<Detokenizer> rows = new ArrayList<>();
        for (int row = 0; row < batch && model.tokenizer() != null; row++) {
            rows.add(Objects.requireNonNull(model.detokenizer(true)));
        }
        return rows;
    }

    /** {@return tokens per second of all rows together while decoding} */
    public double tokensPerSecond() {
        return batch * 1000 / stepMillis;
    }

    /** {@return prompt tokens per second of all rows together} */
    public double prefillTokensPerSecond() {
        return (double) batch * promptTokens * 1000 / firstTokenMillis;
    }

    /**
     * {@return the maximum resident memory of this process so far, in MB (10<sup>6</sup> bytes); empty on systems other
     * than Linux}
     */
    public static OptionalLong peakResidentMegabytes() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024 / 1_000_000)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /** Takes a step. Throws if a row fails. */
    static List<SampledToken> step(Loop loop) {
        List<SampledToken> tokens = loop.next();
        for (SampledToken token : tokens) {
            if (token.failure() != null) {
                throw Failures.unchecked(token.failure());
            }
        }
        return tokens;
    }

    private static Loop loop(LoadedModel model, BenchmarkPlan plan) {
        Decoding decoding = new Decoding(
                sampler(), List.of(), null, 0, List.of(), plan.policy().keep());
        Request request = request(model, decoding, 0, plan.promptTokens(), plan.newTokens());
        return plan.guesses() > 0
                ? new DraftLoop(model.decoder(), request, new PromptLookup(plan.guesses()))
                : new TokenLoop(
                        model.decoder(),
                        Collections.nCopies(plan.batch(), request).iterator(),
                        plan.batch(),
                        GenerationPlanner.ahead(model));
    }

    /** Makes a sampler with top-k 50 and top-p 0.95. */
    static Sampler sampler() {
        return new Multinomial(List.of(new TopK(50), new TopP(0.95)));
    }

    /** Makes a request with a random prompt. Equal numbers give equal prompts, and no token ends the text early. */
    static Request request(LoadedModel model, Decoding decoding, int number, int promptTokens, int newTokens) {
        int[] prompt = new int[promptTokens];
        for (int i = 0; i < promptTokens; i++) {
            prompt[i] =
                    (int) (CounterRandom.uniform(0, number, i) * model.config().vocabularySize());
        }
        return new Request(prompt, 1, newTokens, 1, decoding);
    }
}
