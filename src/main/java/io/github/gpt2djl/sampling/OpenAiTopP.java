package io.github.gpt2djl.sampling;

/**
 * Nucleus sampling as in openai/gpt-2's sample.py, top_p_logits: the token that crosses p is dropped.
 *
 * <p>The threshold is the score at rank {@code max(number of cumulative masses ≤ p, 1)}, counted from 1; the token with
 * that score and its ties stay. With the probabilities .5 .3 .15 .05, p = .9 keeps two tokens, .8 two and .5 one.
 *
 * <p>For example:
 *
 * <pre>{@code
 * Sampler sampler = new Multinomial(List.of(new OpenAiTopP(0.9)));
 * System.out.println(sampler.sample(logits, soFar, 0.999)); // 1
 * }</pre>
 *
 * @param p 0 to 1; 1 keeps all
 */
public record OpenAiTopP(double p) implements LogitsWarper {
    /**
     * Checks the range.
     *
     * @param p 0 to 1
     * @throws IllegalArgumentException if {@code p} is out of range
     */
    public OpenAiTopP {
        TopP.check(p);
    }

    @Override
    @SuppressWarnings("exports")
    public void apply(Candidates candidates) {
        if (p == 1) {
            return;
        }
        Ranking ranking = candidates.ranked(p);
        int within = 0;
        while (within < ranking.size() && (float) ranking.mass(within) <= (float) p) {
            within++;
        }
        candidates.keepAbove(ranking.score(Math.max(within - 1, 0)), 0);
    }
}
