package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.sampling.Explainer;
import io.github.gpt2djl.sampling.LogitsProcessor;
import io.github.gpt2djl.sampling.Sampler;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way in which tokens are chosen, and the information that is reported about them.
 *
 * <pre>{@code
 * Sampler nucleus = new Multinomial(List.of(new Temperature(0.8), new TopP(0.9)));
 * Decoding until198 = new Decoding(nucleus, List.of(), null, 5, List.of(198), 0);
 * }</pre>
 *
 * @param sampler chooses each token
 * @param processors the rules that the sampler follows, for a loop that searches instead of sampling
 * @param explainer chooses the same token and reports why; null for no report
 * @param topLogprobs number of likeliest tokens to report at each step, at least 0
 * @param eosIds ids that end a sequence
 * @param keep number of last ids to go on from when the context is full; 0: a sequence ends there
 */
public record Decoding(
        Sampler sampler,
        List<LogitsProcessor> processors,
        @Nullable Explainer explainer,
        int topLogprobs,
        List<Integer> eosIds,
        int keep) {
    /**
     * Copies the lists.
     *
     * @param sampler chooses each token
     * @param processors copied
     * @param explainer or null
     * @param topLogprobs at least 0
     * @param eosIds copied
     * @param keep at least 0
     */
    public Decoding {
        processors = List.copyOf(processors);
        eosIds = List.copyOf(eosIds);
    }

    /**
     * Makes a decoding that only chooses tokens. Only the length ends a sequence.
     *
     * @param sampler chooses each token
     * @return the decoding
     */
    public static Decoding plain(Sampler sampler) {
        return new Decoding(sampler, List.of(), null, 0, List.of(), 0);
    }
}
