package io.github.gpt2djl.sampling;

/** The entropy of a distribution (Shannon 1948). */
final class Entropy {
    private Entropy() {}

    /** Returns the entropy -Σ p ln p of the candidates' probabilities, in nats. */
    static double of(Candidates candidates) {
        double[] weights = candidates.weights();
        float top = candidates.highest();
        double sum = 0;
        for (int i = 0; i < candidates.size(); i++) {
            if (weights[i] > Multinomial.NOTHING) {
                sum += weights[i] * (candidates.score(i) - top);
            }
        }
        return Math.log(candidates.total()) - sum / candidates.total();
    }
}
