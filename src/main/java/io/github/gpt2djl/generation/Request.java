package io.github.gpt2djl.generation;

import io.github.gpt2djl.sampling.CounterRandom;
import io.github.gpt2djl.sampling.Sampler;
import java.nio.FloatBuffer;

/**
 * A prompt and how to continue it.
 *
 * @param prompt its ids, at least one
 * @param copies sequences to grow from it, at least 1
 * @param limit new tokens of each, at least 1, within the model's context
 * @param sampler chooses each token
 * @param seed of the draws
 * @param eosId the id that ends a sequence, or -1 for none
 */
public record Request(int[] prompt, int copies, int limit, Sampler sampler, long seed, int eosId) {
    /** The token of one step, drawn with its own number; {@code step} counts new tokens from 0. */
    int choose(FloatBuffer logits, int copy, int step) {
        return sampler.sample(logits, CounterRandom.uniform(seed, copy, step));
    }

    /** Whether a sequence of so many new tokens, of which {@code id} is the last, is complete. */
    boolean ends(int id, int tokens) {
        return id == eosId || tokens == limit;
    }

    /** Positions that each sequence takes: the last token is never fed back. */
    int room() {
        return prompt.length + limit - 1;
    }
}
