package io.github.gpt2djl.internal.loop;

import java.util.Arrays;

/**
 * A text that beam search follows, or has found.
 *
 * @param source the place, among the running beams, of the beam that this one continues
 * @param ids the prompt's ids and the new ones
 * @param logProbabilities of the new ids, under the model itself
 * @param score the sum of log-probabilities after the rules; for a complete text, with the length penalty
 */
record Beam(int source, int[] ids, double[] logProbabilities, float score) {
    /** Extends the beam by one token. */
    Beam with(int place, int id, double logProbability, float newScore) {
        int[] longer = Arrays.copyOf(ids, ids.length + 1);
        longer[ids.length] = id;
        double[] all = Arrays.copyOf(logProbabilities, logProbabilities.length + 1);
        all[logProbabilities.length] = logProbability;
        return new Beam(place, longer, all, newScore);
    }

    Beam scored(float newScore) {
        return new Beam(source, ids, logProbabilities, newScore);
    }

    int tokens() {
        return logProbabilities.length;
    }

    int last() {
        return ids[ids.length - 1];
    }
}
