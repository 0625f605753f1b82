package io.github.gpt2djl.sampling;

/**
 * Keeps the tokens whose surprise is nearest to the entropy, up to a probability mass (locally typical sampling,
 * Meister et al. 2022; transformers' TypicalLogitsWarper).
 *
 * <p>Tokens are ranked by |-log p - entropy| and kept until their probabilities reach the mass; the token that crosses
 * the mass stays, and so do ties with it.
 *
 * <p>With the probabilities .5 .3 .15 .05, whose entropy is 1.14 nats, .3 has the most typical surprise:
 *
 * <pre>{@code
 * Sampler sampler = new Multinomial(List.of(new TypicalP(0.2)));
 * System.out.println(sampler.sample(logits, soFar, 0)); // 1
 * }</pre>
 *
 * @param mass the probability mass, above 0, below 1
 */
public record TypicalP(double mass) implements LogitsWarper {
    /**
     * Checks the range.
     *
     * @param mass above 0, below 1
     * @throws IllegalArgumentException if {@code mass} is out of range
     */
    public TypicalP {
        EpsilonCutoff.check("typicalP", mass);
    }

    @Override
    @SuppressWarnings("exports")
    public void apply(Candidates candidates) {
        candidates.keepNearest(Entropy.of(candidates), mass);
    }
}
