package io.github.gpt2djl.sampling;

/**
 * Drops each token whose probability is less than p times that of the likeliest token (Nguyen et al. 2024;
 * transformers' MinPLogitsWarper).
 *
 * <p>With the probabilities .5 .3 .15 .05, the last one is below .2 × .5 and is dropped:
 *
 * <pre>{@code
 * Sampler sampler = new Multinomial(List.of(new MinP(0.2)));
 * System.out.println(sampler.sample(logits, soFar, 0.999)); // 2
 * }</pre>
 *
 * @param p 0 to 1; 0 keeps all
 */
public record MinP(double p) implements LogitsWarper {
    /**
     * Checks the range.
     *
     * @param p 0 to 1
     * @throws IllegalArgumentException if {@code p} is out of range
     */
    public MinP {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("minP is " + p + ", expected 0 to 1");
        }
    }

    @Override
    @SuppressWarnings("exports")
    public void apply(Candidates candidates) {
        // The likeliest has the weight 1.
        candidates.keepWeights(p);
    }
}
