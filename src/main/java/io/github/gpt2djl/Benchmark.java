package io.github.gpt2djl;

import static io.github.gpt2djl.GenerationOption.CONTEXT_POLICY;
import static io.github.gpt2djl.GenerationOption.PROMPT_LOOKUP_NUM_TOKENS;

import io.github.gpt2djl.InvalidOptionException.Setting;
import io.github.gpt2djl.decoder.DeviceChoice;
import io.github.gpt2djl.decoder.TorchEngine;
import io.github.gpt2djl.generation.Decoding;
import io.github.gpt2djl.generation.DraftLoop;
import io.github.gpt2djl.generation.Loop;
import io.github.gpt2djl.generation.PromptLookup;
import io.github.gpt2djl.generation.Request;
import io.github.gpt2djl.generation.Sampled;
import io.github.gpt2djl.generation.TokenLoop;
import io.github.gpt2djl.sampling.CounterRandom;
import io.github.gpt2djl.sampling.Multinomial;
import io.github.gpt2djl.sampling.Sampler;
import io.github.gpt2djl.sampling.TopK;
import io.github.gpt2djl.sampling.TopP;
import io.github.gpt2djl.text.Detokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.IntConsumer;

/**
 * Measures generation: random prompts, sampling with top-k 50 and top-p 0.95, no end before the last token.
 *
 * <pre>{@code
 * Benchmark result = Benchmark.run(gpt2, 1, 64, 64, 5, 3, 0, ContextPolicy.STOP, repetition -> {});
 * System.out.printf("%.0f ms to the first token, then %.1f a second%n",
 *         result.firstTokenMillis(), result.tokensPerSecond());
 * }</pre>
 *
 * @param threads of one native operation
 * @param batch rows generated at once
 * @param promptTokens of each row
 * @param newTokens of each row
 * @param firstTokenMillis median time from the call to the first token of all rows
 * @param stepMillis median over the repetitions of the mean time of a decoding step
 * @param drift the median step of the last tenth of the repetitions over that of the second, as Java
 *     still compiles in the first; empty below 100 repetitions
 * @param slideMillis of a step, spread over all: computing anew the last ids of a full context; 0 within the context
 * @param profile where that time went, medians too
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
     * Milliseconds of a decoding step.
     *
     * @param kernelMillis its attentions, MLPs and head alone, matrices included, measured between the repetitions with
     *     the mean number of tokens: a step of one token a row cannot be faster with these kernels; norms, sums and what
     *     is handed to Java come on top
     * @param nativeMillis in the model's one native call
     * @param samplingMillis choosing tokens, all rows
     * @param textMillis turning ids into text, all rows
     * @param otherMillis the rest: bookkeeping in Java
     */
    public record Profile(
            double kernelMillis, double nativeMillis, double samplingMillis, double textMillis, double otherMillis) {}

    static final NamedOption BATCH = NamedOption.of("batch");
    static final NamedOption PROMPT_TOKENS = NamedOption.of("promptTokens");
    static final NamedOption NEW_TOKENS = NamedOption.of("newTokens");

    private static final int WARM_UP = 2;

    /**
     * Warms up, then runs the measured repetitions. While Java still compiles, it takes a core from PyTorch: on two
     * cores the first seconds' steps are a fifth slower than those that follow.
     *
     * @param gpt2 the model
     * @param batch rows at once, at least 1
     * @param promptTokens of each row, at least 1
     * @param newTokens of each row, at least 2: the first belongs to the prompt's time
     * @param warmUp seconds, at least 0: repetitions are not measured before they have passed, nor the first two
     * @param repetitions measured ones, at least 1
     * @param guesses the most tokens that prompt lookup guesses at once, with one row; 0: none
     * @param policy what happens at the end of the context, with any number of rows
     * @param finished told how many repetitions are measured: 0 before the warm-up, then each new number
     * @return medians over the measured repetitions
     * @throws IllegalArgumentException if a number is out of range or the tokens do not fit into the context
     */
    public static Benchmark run(
            Gpt2 gpt2,
            int batch,
            int promptTokens,
            int newTokens,
            int warmUp,
            int repetitions,
            int guesses,
            ContextPolicy policy,
            IntConsumer finished) {
        require(BATCH, batch, 1);
        require(PROMPT_TOKENS, promptTokens, 1);
        require(NEW_TOKENS, newTokens, 2);
        require(NamedOption.of("warmUp"), warmUp, 0);
        require(NamedOption.of("repetitions"), repetitions, 1);
        require(PROMPT_LOOKUP_NUM_TOKENS, guesses, 0);
        if (guesses > 0 && batch > 1) {
            throw InvalidOptionException.conflict(
                    BATCH,
                    batch,
                    new Setting(PROMPT_LOOKUP_NUM_TOKENS, guesses),
                    "1: prompt lookup serves one sequence");
        }
        int positions = gpt2.config().positions();
        if (promptTokens > positions || (policy.keep() == 0 && (long) promptTokens + newTokens - 1 > positions)) {
            throw InvalidOptionException.conflict(
                    PROMPT_TOKENS,
                    promptTokens,
                    new Setting(NEW_TOKENS, newTokens),
                    "tokens that fit into the model's context of ",
                    positions);
        }
        if (policy.keep() >= positions || (policy.keep() > 0 && guesses > 0)) {
            throw InvalidOptionException.value(
                    CONTEXT_POLICY, policy, "fewer than ", positions, " ids to keep, and no prompt lookup");
        }
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
            boolean warm = unmeasured >= WARM_UP && System.nanoTime() - began >= 1e9 * warmUp;
            try (Loop loop = loop(gpt2, batch, promptTokens, newTokens, guesses, policy)) {
                long start = System.nanoTime();
                step(loop);
                long prefilled = System.nanoTime();
                long nativeBefore = loop.nativeNanos();
                long samplingBefore = loop.samplingNanos();
                long textNanos = 0;
                List<Detokenizer> rows = rows(gpt2, batch);
                while (loop.hasNext()) {
                    List<Sampled> tokens = step(loop);
                    long chosen = System.nanoTime();
                    for (int row = 0; row < rows.size(); row++) {
                        rows.get(row).add(tokens.get(row).id(), tokens.get(row).last());
                    }
                    textNanos += System.nanoTime() - chosen;
                }
                if (warm) {
                    double steps = 1e6 * (newTokens - 1);
                    first[i] = (prefilled - start) / 1e6;
                    step[i] = (System.nanoTime() - prefilled) / steps;
                    inNative[i] = (loop.nativeNanos() - nativeBefore) / steps;
                    sampling[i] = (loop.samplingNanos() - samplingBefore) / steps;
                    text[i] = textNanos / steps;
                    slide[i] = loop.slideNanos() / steps;
                }
            }
            int middle = Math.min(promptTokens + newTokens / 2, positions);
            double alone = gpt2.decoder().kernelMillis(batch, middle, newTokens - 1);
            if (warm) {
                kernels[i] = alone;
                finished.accept(++i);
            } else {
                unmeasured++;
            }
        }
        double nativeMillis = median(inNative);
        double samplingMillis = median(sampling);
        double textMillis = median(text);
        double stepMillis = median(step);
        double other = Math.max(0, stepMillis - nativeMillis - samplingMillis - textMillis);
        return new Benchmark(
                TorchEngine.threads(),
                batch,
                promptTokens,
                newTokens,
                median(first),
                stepMillis,
                drift(step),
                median(slide),
                new Profile(median(kernels), nativeMillis, samplingMillis, textMillis, other));
    }

    /**
     * How fast memory is read in order, in GB/s (10<sup>9</sup> bytes): the best of some plain reads of a buffer three
     * times the processor's last-level cache; or, of a GPU, what the best of some copies reads and writes.
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

    /** Empty without a tokenizer. */
    private static List<Detokenizer> rows(Gpt2 gpt2, int batch) {
        List<Detokenizer> rows = new ArrayList<>();
        for (int row = 0; row < batch && gpt2.hasTokenizer(); row++) {
            rows.add(Objects.requireNonNull(gpt2.detokenizer(true)));
        }
        return rows;
    }

    /** {@return tokens a second of all rows together while decoding} */
    public double tokensPerSecond() {
        return batch * 1000 / stepMillis;
    }

    /** {@return prompt tokens a second of all rows together} */
    public double prefillTokensPerSecond() {
        return (double) batch * promptTokens * 1000 / firstTokenMillis;
    }

    /**
     * {@return the most MB (10<sup>6</sup> bytes) that this process has had resident; empty where Linux is not}
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

    /** A step of which no row fails. */
    static List<Sampled> step(Loop loop) {
        List<Sampled> tokens = loop.next();
        for (Sampled token : tokens) {
            if (token.failure() != null) {
                throw Failures.unchecked(token.failure());
            }
        }
        return tokens;
    }

    private static Loop loop(Gpt2 gpt2, int batch, int promptTokens, int newTokens, int guesses, ContextPolicy policy) {
        Decoding decoding = new Decoding(sampler(), List.of(), null, 0, List.of(), policy.keep());
        Request request = request(gpt2, decoding, 0, promptTokens, newTokens);
        return guesses > 0
                ? new DraftLoop(gpt2.decoder(), request, new PromptLookup(guesses))
                : new TokenLoop(
                        gpt2.decoder(), Collections.nCopies(batch, request).iterator(), batch, Runs.ahead(gpt2));
    }

    /** Top-k 50, top-p 0.95. */
    static Sampler sampler() {
        return new Multinomial(List.of(new TopK(50), new TopP(0.95)));
    }

    /** A random prompt, the same for the same number, without an end before the last token. */
    static Request request(Gpt2 gpt2, Decoding decoding, int number, int promptTokens, int newTokens) {
        int[] prompt = new int[promptTokens];
        for (int i = 0; i < promptTokens; i++) {
            prompt[i] =
                    (int) (CounterRandom.uniform(0, number, i) * gpt2.config().vocabularySize());
        }
        return new Request(prompt, 1, newTokens, 1, decoding);
    }

    private static OptionalDouble drift(double[] steps) {
        int tenth = steps.length / 10;
        return tenth < 10
                ? OptionalDouble.empty()
                : OptionalDouble.of(median(Arrays.copyOfRange(steps, steps.length - tenth, steps.length))
                        / median(Arrays.copyOfRange(steps, tenth, 2 * tenth)));
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static void require(NamedOption option, int value, int least) {
        if (value < least) {
            throw InvalidOptionException.value(option, value, "at least ", least);
        }
    }
}
