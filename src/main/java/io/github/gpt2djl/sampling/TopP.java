package io.github.gpt2djl.sampling;

/**
 * Nucleus sampling (Holtzman et al. 2020) as in transformers' TopPLogitsWarper: the token that crosses p stays.
 *
 * <p>A token is kept if and only if the likelier tokens together have a probability below p; the likeliest is always
 * kept. With the probabilities .5 .3 .15 .05, p = .9 keeps three tokens, .8 two and .5 one.
 *
 * <p>For example:
 *
 * <pre>{@code
 * Sampler sampler = new Multinomial(List.of(new TopP(0.9)));
 * System.out.println(sampler.sample(logits, soFar, 0.999)); // 2
 * }</pre>
 *
 * @param p 0 to 1; 1 keeps all
 */
public record TopP(double p) implements LogitsWarper {
    /**
     * Checks the range.
     *
     * @param p 0 to 1
     * @throws IllegalArgumentException if {@code p} is out of range
     */
    public TopP {
        check(p);
    }

    static void check(double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("top-p is " + p + ", expected 0 to 1");
        }
    }

    @Override
    @SuppressWarnings("exports")
    public void apply(Candidates candidates) {
        if (p == 1) {
            return;
        }
        Ranking ranking = candidates.ranked(p);
        int last = 0;
        // Compared as floats: a sum that differs from p only by rounding counts as p.
        while (last + 1 < ranking.size() && (float) ranking.mass(last) < (float) p) {
            last++;
        }
        candidates.keepAbove(ranking.score(last), ranking.id(last));
    }
}
