package io.github.gpt2djl.sampling;

/**
 * Drops each token whose probability is less than epsilon; the likeliest token stays (Hewitt et al. 2022; transformers'
 * EpsilonLogitsWarper).
 *
 * <p>With the probabilities .5 .3 .15 .05:
 *
 * <pre>{@code
 * Sampler sampler = new Multinomial(List.of(new EpsilonCutoff(0.1)));
 * System.out.println(sampler.sample(logits, soFar, 0.999)); // 2
 * }</pre>
 *
 * @param epsilon above 0, below 1; 3e-4 to 9e-4 in the paper
 */
public record EpsilonCutoff(double epsilon) implements LogitsWarper {
    /**
     * Checks the range.
     *
     * @param epsilon above 0, below 1
     * @throws IllegalArgumentException if {@code epsilon} is out of range
     */
    public EpsilonCutoff {
        check("epsilonCutoff", epsilon);
    }

    static void check(String name, double value) {
        if (!(value > 0 && value < 1)) {
            throw new IllegalArgumentException(name + " is " + value + ", expected above 0 and below 1");
        }
    }

    @Override
    @SuppressWarnings("exports")
    public void apply(Candidates candidates) {
        candidates.keepWeights(epsilon * candidates.total());
    }
}
