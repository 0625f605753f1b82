package io.github.gpt2djl.sampling;

/**
 * Keeps the k highest scores and all ties with the k-th (Fan, Lewis and Dauphin 2018).
 *
 * <p>transformers' TopKLogitsWarper: drops scores below the k-th highest; a k above the vocabulary keeps all.
 *
 * <p>With the probabilities .5 .3 .15 .05, the draw is among the first two:
 *
 * <pre>{@code
 * Sampler sampler = new Multinomial(List.of(new TopK(2)));
 * System.out.println(sampler.sample(logits, soFar, 0.999)); // 1
 * }</pre>
 *
 * @param k at least 1
 */
public record TopK(int k) implements LogitsWarper {
    /**
     * Checks the range.
     *
     * @param k at least 1
     * @throws IllegalArgumentException if {@code k} is less than 1
     */
    public TopK {
        if (k < 1) {
            throw new IllegalArgumentException("top-k is " + k + ", expected at least 1");
        }
    }

    @Override
    @SuppressWarnings("exports")
    public void apply(Candidates candidates) {
        candidates.keepHighest(k);
    }
}
