package io.github.gpt2djl.generation;

import io.github.gpt2djl.decoder.Decoder;
import io.github.gpt2djl.decoder.KvCache;
import io.github.gpt2djl.sampling.CounterRandom;
import io.github.gpt2djl.sampling.Sampler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The token loop: prefill once, then sample, feed back, decode, until every row has ended.
 *
 * <p>Not for use by several threads at once.
 */
public final class TokenLoop implements Loop {
    private final Decoder decoder;
    private final Plan plan;
    private final int[] fed;
    private final boolean[] ended;
    private @Nullable KvCache cache;
    private int step;
    private int running;
    private long nativeNanos;
    private long samplingNanos;

    /**
     * What to generate.
     *
     * @param prompts ids of each prompt, at least one each
     * @param copies sequences for each prompt; row {@code r} continues prompt {@code r / copies}
     * @param limits new tokens for each prompt, at least 1, within the model's context
     * @param sampler chooses each token
     * @param seed of the draws
     * @param eosId the id that ends a row, or -1 for none
     */
    public record Plan(List<int[]> prompts, int copies, List<Integer> limits, Sampler sampler, long seed, int eosId) {
        int rows() {
            return prompts.size() * copies;
        }
    }

    /**
     * One chosen token.
     *
     * @param row its sequence
     * @param id the token
     * @param logProbability under the model itself, before temperature and any rule
     * @param last whether it ends its row
     */
    public record Sampled(int row, int id, double logProbability, boolean last) {}

    /** Nothing is computed before the first {@link #next()}. */
    public TokenLoop(Decoder decoder, Plan plan) {
        this.decoder = decoder;
        this.plan = plan;
        this.running = plan.rows();
        this.fed = new int[running];
        this.ended = new boolean[running];
    }

    @Override
    public boolean hasNext() {
        return running > 0;
    }

    @Override
    public List<Sampled> next() {
        if (running == 0) {
            throw new NoSuchElementException("the generation has ended");
        }
        KvCache state = advance();
        List<Sampled> chosen = new ArrayList<>(running);
        int before = running;
        for (int row = 0; row < ended.length; row++) {
            if (!ended[row]) {
                chosen.add(choose(state, row));
            }
        }
        step++;
        if (running == 0) {
            close();
        } else if (running < before) {
            // The rest need not wait for them.
            state.leave(ended);
        }
        return chosen;
    }

    @Override
    public long nativeNanos() {
        return nativeNanos;
    }

    @Override
    public long samplingNanos() {
        return samplingNanos;
    }

    private KvCache advance() {
        long start = System.nanoTime();
        KvCache state = cache;
        if (state == null) {
            int newTokens =
                    plan.limits().stream().mapToInt(Integer::intValue).max().orElseThrow();
            state = decoder.prefill(plan.prompts(), plan.copies(), newTokens);
            cache = state;
        } else {
            state.step(fed);
        }
        nativeNanos += System.nanoTime() - start;
        return state;
    }

    private Sampled choose(KvCache state, int row) {
        var logits = state.logits(row);
        long start = System.nanoTime();
        double draw = CounterRandom.uniform(plan.seed(), row % plan.copies(), step);
        int id = plan.sampler().sample(logits, draw);
        samplingNanos += System.nanoTime() - start;
        fed[row] = id;
        ended[row] = id == plan.eosId() || step + 1 == plan.limits().get(row / plan.copies());
        running -= ended[row] ? 1 : 0;
        return new Sampled(row, id, logits.get(id) - state.logSumExp(row), ended[row]);
    }

    /** Frees the cache; the loop has ended then. */
    @Override
    public void close() {
        running = 0;
        Arrays.fill(ended, true);
        if (cache != null) {
            cache.close();
        }
    }
}
