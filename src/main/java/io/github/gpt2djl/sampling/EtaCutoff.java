package io.github.gpt2djl.sampling;

/**
 * Drops each token whose probability is less than min(eta, sqrt(eta) exp(-entropy)); the likeliest token stays (Hewitt
 * et al. 2022; transformers' EtaLogitsWarper).
 *
 * <p>With the probabilities .5 .3 .15 .05, whose entropy is 1.14 nats, the last one is below √.2 exp(-1.14) = .143 and
 * is dropped:
 *
 * <pre>{@code
 * Sampler sampler = new Multinomial(List.of(new EtaCutoff(0.2)));
 * System.out.println(sampler.sample(logits, soFar, 0.999)); // 2
 * }</pre>
 *
 * @param eta above 0, below 1; 3e-4 to 4e-3 in the paper
 */
public record EtaCutoff(double eta) implements LogitsWarper {
    /**
     * Checks the range.
     *
     * @param eta above 0, below 1
     * @throws IllegalArgumentException if {@code eta} is out of range
     */
    public EtaCutoff {
        EpsilonCutoff.check("etaCutoff", eta);
    }

    @Override
    @SuppressWarnings("exports")
    public void apply(Candidates candidates) {
        double min = Math.min(eta, Math.sqrt(eta) * Math.exp(-Entropy.of(candidates)));
        candidates.keepWeights(min * candidates.total());
    }
}
