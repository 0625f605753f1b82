package io.github.gpt2djl.internal.loop;

/**
 * The options of beam search, as in transformers.
 *
 * <pre>{@code
 * BeamOptions asTransformersDoes = new BeamOptions(4, 1, false, false);
 * try (Loop loop = new BeamLoop(decoder, request, asTransformersDoes)) {
 *     System.out.println(loop.hasNext()); // true
 * }
 * }</pre>
 *
 * @param beams sequences that are followed at once, at least 2
 * @param lengthPenalty a complete sequence's score is its log-probability, divided by the number of its new tokens to
 *     this power
 * @param endsWhenFull whether the search ends as soon as there are as many complete sequences as beams
 * @param exhaustive whether a running beam is scored with the maximum length instead of its present length
 */
public record BeamOptions(int beams, double lengthPenalty, boolean endsWhenFull, boolean exhaustive) {
    /** The score of a sequence of {@code tokens} new tokens. */
    float score(float logProbability, int tokens) {
        return (float) (logProbability / Math.pow(tokens, lengthPenalty));
    }

    /** The estimated best score that a running beam can reach. */
    float hope(float logProbability, int tokens, int limit) {
        return score(logProbability, exhaustive && lengthPenalty > 0 ? limit : tokens);
    }
}
