package io.github.gpt2djl.generation;

import io.github.gpt2djl.sampling.Sampler;

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
    /** Positions that each sequence takes: the last token is never fed back. */
    int room() {
        return prompt.length + limit - 1;
    }
}
