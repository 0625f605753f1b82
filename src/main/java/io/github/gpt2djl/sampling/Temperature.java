package io.github.gpt2djl.sampling;

/**
 * Divides each score by t: below 1 makes likely tokens likelier, above 1 makes the probabilities more equal.
 *
 * <p>transformers' TemperatureLogitsWarper.
 *
 * <p>With the probabilities .5 .3 .15 .05, the first one becomes .68:
 *
 * <pre>{@code
 * Sampler sampler = new Multinomial(List.of(new Temperature(0.5)));
 * System.out.println(sampler.sample(logits, soFar, 0.67)); // 0
 * }</pre>
 *
 * @param t above 0, from 1.2E-38 to 3.4E38, as scores are 32-bit floats
 */
public record Temperature(double t) implements LogitsWarper {
    /**
     * Checks the range.
     *
     * @param t above 0
     * @throws IllegalArgumentException if {@code t} is out of range
     */
    public Temperature {
        if (!(t >= Float.MIN_NORMAL && t <= Float.MAX_VALUE)) {
            throw new IllegalArgumentException("temperature is " + t
                    + ", expected above 0, from 1.2E-38 to 3.4E38; for the likeliest token use greedy decoding");
        }
    }

    @Override
    @SuppressWarnings("exports")
    public void apply(Candidates candidates) {
        candidates.divide((float) t);
    }
}
