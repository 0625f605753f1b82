package io.github.gpt2djl.internal.loop;

/**
 * How beam search goes, as in transformers.
 *
 * <pre>{@code
 * BeamOptions asTransformersDoes = new BeamOptions(4, 1, false, false);
 * try (Loop loop = new BeamLoop(decoder, request, asTransformersDoes)) {
 *     System.out.println(loop.hasNext()); // true
 * }
 * }</pre>
 *
 * @param beams sequences that are followed at once, at least 2
 * @param lengthPenalty a complete sequence's score is its log-probability divided by its new tokens to this power
 * @param endsWhenFull whether it ends as soon as there are as many complete sequences as beams
 * @param exhaustive whether a running beam counts as what it could become at the greatest length, not as it stands
 */
public record BeamOptions(int beams, double lengthPenalty, boolean endsWhenFull, boolean exhaustive) {
    /** The score of a sequence of so many new tokens. */
    float score(float logProbability, int tokens) {
        return (float) (logProbability / Math.pow(tokens, lengthPenalty));
    }

    /** The best score that a running beam is thought to reach. */
    float hope(float logProbability, int tokens, int limit) {
        return score(logProbability, exhaustive && lengthPenalty > 0 ? limit : tokens);
    }
}
