package io.github.gpt2djl.internal.bench;

import static io.github.gpt2djl.GenerationOption.MAX_NEW_TOKENS;
import static io.github.gpt2djl.internal.bench.BenchmarkPlan.BATCH;
import static io.github.gpt2djl.internal.bench.BenchmarkPlan.PROMPT_TOKENS;

import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.InvalidOptionException.Setting;
import io.github.gpt2djl.NamedOption;
import io.github.gpt2djl.internal.generation.LoadedModel;
import io.github.gpt2djl.internal.loop.Decoding;
import io.github.gpt2djl.internal.loop.Request;
import io.github.gpt2djl.internal.loop.TokenLoop;
import io.github.gpt2djl.internal.sampling.CounterRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares a batch whose places are shared by prompts and continuations of all lengths with batches that are full from
 * the first step to the last.
 *
 * @param queueTokensPerSecond new tokens of all prompts over the whole time, prefill included; lengths are uniform
 *     between half and one and a half times the mean, and two consecutive prompts together have this mean
 * @param staticTokensPerSecond new tokens over the whole time if all prompts and continuations have the mean length
 */
public record QueueBenchmark(double queueTokensPerSecond, double staticTokensPerSecond) {
    /**
     * Runs both in turn after one warm-up each, and takes the medians.
     *
     * @param plan with the means of the lengths, at least 2 each
     * @param prompts in each run, a multiple of the batch
     * @throws IllegalArgumentException if a number is out of range or the tokens do not fit into the context
     */
    public static QueueBenchmark run(LoadedModel model, BenchmarkPlan plan, int prompts) {
        check(model, plan, prompts);
        int batch = plan.batch();
        int promptTokens = plan.promptTokens();
        int newTokens = plan.newTokens();
        int repetitions = plan.repetitions();
        Decoding decoding = Decoding.plain(Benchmark.sampler());
        List<Request> mixed = new ArrayList<>();
        List<Request> even = new ArrayList<>();
        for (int i = 0; i < prompts; i++) {
            mixed.add(Benchmark.request(model, decoding, i, around(promptTokens, i, 0), around(newTokens, i, 1)));
            even.add(Benchmark.request(model, decoding, i, promptTokens, newTokens));
        }
        double[] queue = new double[repetitions];
        double[] full = new double[repetitions];
        for (int i = -1; i < repetitions; i++) {
            double fullRate = rate(model, even, batch);
            double queueRate = rate(model, mixed, batch);
            if (i >= 0) {
                full[i] = fullRate;
                queue[i] = queueRate;
            }
        }
        return new QueueBenchmark(Medians.median(queue), Medians.median(full));
    }

    /** Rejects numbers that {@link #run} would reject. */
    public static void check(LoadedModel model, BenchmarkPlan plan, int prompts) {
        int batch = plan.batch();
        int promptTokens = plan.promptTokens();
        int newTokens = plan.newTokens();
        if (prompts < batch || prompts % batch != 0) {
            throw InvalidOptionException.conflict(
                    NamedOption.of("queue"), prompts, new Setting(BATCH, batch), "a multiple of ", batch, " prompts");
        }
        int positions = model.config().positions();
        if (promptTokens < 2 || newTokens < 2 || 3L * (promptTokens + newTokens) / 2 > positions) {
            throw InvalidOptionException.conflict(
                    PROMPT_TOKENS,
                    promptTokens,
                    new Setting(MAX_NEW_TOKENS, newTokens),
                    "at least 2 each, and one and a half of both within the context of ",
                    positions);
        }
    }

    private static double rate(LoadedModel model, List<Request> requests, int batch) {
        long start = System.nanoTime();
        int tokens = 0;
        try (TokenLoop loop = new TokenLoop(model.decoder(), requests.iterator(), batch)) {
            while (loop.hasNext()) {
                tokens += Benchmark.step(loop).size();
            }
        }
        return tokens * 1e9 / (System.nanoTime() - start);
    }

    /**
     * Draws a length. Each pair of lengths has the given mean, so that all draws together are as much work as equally
     * many mean lengths.
     */
    static int around(int mean, int number, int which) {
        int half = mean / 2;
        int off = (int) ((2 * half + 1) * CounterRandom.uniform(5, which, number / 2)) - half;
        return number % 2 == 0 ? mean + off : mean - off;
    }
}
