package io.github.gpt2djl;

import static io.github.gpt2djl.Benchmark.BATCH;
import static io.github.gpt2djl.Benchmark.NEW_TOKENS;
import static io.github.gpt2djl.Benchmark.PROMPT_TOKENS;

import io.github.gpt2djl.InvalidOptionException.Setting;
import io.github.gpt2djl.generation.Decoding;
import io.github.gpt2djl.generation.Request;
import io.github.gpt2djl.generation.TokenLoop;
import io.github.gpt2djl.sampling.CounterRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * What the places of a batch cost when prompts and continuations of all lengths share them, against batches that are
 * full from the first step to the last.
 *
 * <pre>{@code
 * QueueBenchmark result = QueueBenchmark.run(gpt2, 8, 64, 32, 32, 3);
 * System.out.println(result.queueTokensPerSecond() / result.staticTokensPerSecond());
 * }</pre>
 *
 * @param queueTokensPerSecond new tokens of all prompts over the whole time, prefill included; lengths are uniform
 *     between half and one and a half of the mean, and two prompts in turn have it together
 * @param staticTokensPerSecond the same where all have the mean length
 */
public record QueueBenchmark(double queueTokensPerSecond, double staticTokensPerSecond) {
    /**
     * Runs both in turn after one warm-up each; medians.
     *
     * @param gpt2 the model
     * @param batch places, at least 1
     * @param prompts in each run, a multiple of {@code batch}
     * @param promptTokens mean of a prompt, at least 2
     * @param newTokens mean of a continuation, at least 2
     * @param repetitions measured ones, at least 1
     * @return the medians of both
     * @throws IllegalArgumentException if a number is out of range or the tokens do not fit into the context
     */
    public static QueueBenchmark run(
            Gpt2 gpt2, int batch, int prompts, int promptTokens, int newTokens, int repetitions) {
        check(gpt2, batch, prompts, promptTokens, newTokens);
        Decoding decoding = Decoding.plain(Benchmark.sampler());
        List<Request> mixed = new ArrayList<>();
        List<Request> even = new ArrayList<>();
        for (int i = 0; i < prompts; i++) {
            mixed.add(Benchmark.request(gpt2, decoding, i, around(promptTokens, i, 0), around(newTokens, i, 1)));
            even.add(Benchmark.request(gpt2, decoding, i, promptTokens, newTokens));
        }
        double[] queue = new double[repetitions];
        double[] full = new double[repetitions];
        for (int i = -1; i < repetitions; i++) {
            double fullRate = rate(gpt2, even, batch);
            double queueRate = rate(gpt2, mixed, batch);
            if (i >= 0) {
                full[i] = fullRate;
                queue[i] = queueRate;
            }
        }
        return new QueueBenchmark(Benchmark.median(queue), Benchmark.median(full));
    }

    /**
     * Rejects what {@link #run} would reject.
     *
     * @param gpt2 the model
     * @param batch as for {@link #run}
     * @param prompts as for {@link #run}
     * @param promptTokens as for {@link #run}
     * @param newTokens as for {@link #run}
     * @throws IllegalArgumentException if a number is out of range or the tokens do not fit into the context
     */
    public static void check(Gpt2 gpt2, int batch, int prompts, int promptTokens, int newTokens) {
        if (prompts < batch || prompts % batch != 0) {
            throw InvalidOptionException.conflict(
                    NamedOption.of("queue"), prompts, new Setting(BATCH, batch), "a multiple of ", batch, " prompts");
        }
        int positions = gpt2.config().positions();
        if (promptTokens < 2 || newTokens < 2 || 3L * (promptTokens + newTokens) / 2 > positions) {
            throw InvalidOptionException.conflict(
                    PROMPT_TOKENS,
                    promptTokens,
                    new Setting(NEW_TOKENS, newTokens),
                    "at least 2 each, and one and a half of both within the context of ",
                    positions);
        }
    }

    private static double rate(Gpt2 gpt2, List<Request> requests, int batch) {
        long start = System.nanoTime();
        int tokens = 0;
        try (TokenLoop loop = new TokenLoop(gpt2.decoder(), requests.iterator(), batch)) {
            while (loop.hasNext()) {
                tokens += Benchmark.step(loop).size();
            }
        }
        return tokens * 1e9 / (System.nanoTime() - start);
    }

    /** In pairs of the same mean, so that all draws together are as much work as the same number of means. */
    private static int around(int mean, int number, int which) {
        int half = mean / 2;
        int off = (int) ((2 * half + 1) * CounterRandom.uniform(5, which, number / 2)) - half;
        return number % 2 == 0 ? mean + off : mean - off;
    }
}
