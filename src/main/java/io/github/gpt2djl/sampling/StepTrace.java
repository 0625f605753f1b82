package io.github.gpt2djl.sampling;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How one token was chosen: what the model said, what each rule made of it, and the draw.
 *
 * <pre>{@code
 * var config = GenerationConfig.builder().doSample(true).topP(0.9).seed(3).trace(10).build();
 * for (StepTrace step : gpt2.generate("ROMEO:", config).trace()) {
 *     System.out.println(step.kept() + " tokens could come, " + step.rules().size() + " rules");
 * }
 * }</pre>
 *
 * @param vocabulary tokens that the model has
 * @param candidates those that were likeliest at any place, and the chosen one; the likeliest under the model first
 * @param entropy of the model's distribution, in nats
 * @param rules what was applied, in order
 * @param kept tokens that could be drawn in the end
 * @param keptMass their probability under the model itself, 0 to 1
 * @param draw the random number, 0 to 1; empty for greedy decoding
 * @param chosen one of the candidates: {@code from <= draw < to}
 */
public record StepTrace(
        int vocabulary,
        List<Candidate> candidates,
        double entropy,
        List<Effect> rules,
        int kept,
        double keptMass,
        OptionalDouble draw,
        Candidate chosen) {
    /**
     * Copies the lists.
     *
     * @param vocabulary tokens that the model has
     * @param candidates copied
     * @param entropy in nats
     * @param rules copied
     * @param kept at least 1
     * @param keptMass 0 to 1
     * @param draw or empty
     * @param chosen one of {@code candidates}
     */
    public StepTrace {
        candidates = List.copyOf(candidates);
        rules = List.copyOf(rules);
    }

    /**
     * A token's way through the rules.
     *
     * @param id the token
     * @param rank under the model itself, 1 for the likeliest
     * @param logProbability under the model itself, natural logarithm
     * @param after its log-probability after each rule; -Infinity from the rule on that removed it
     * @param from where it begins among the tokens that could be drawn, laid side by side by rising id on 0 to 1
     * @param to where it ends; {@code from} if it could not be drawn
     */
    public record Candidate(int id, int rank, double logProbability, List<Double> after, double from, double to) {
        /**
         * Copies the list.
         *
         * @param id the token
         * @param rank at least 1
         * @param logProbability at most 0
         * @param after copied
         * @param from 0 to 1
         * @param to {@code from} to 1
         */
        public Candidate {
            after = List.copyOf(after);
        }

        /** {@return the index of the rule that removed it; that of no rule, their number, if none did} */
        public int removedBy() {
            int removed = after.indexOf(Double.NEGATIVE_INFINITY);
            return removed < 0 ? after.size() : removed;
        }
    }

    /**
     * What one rule did.
     *
     * @param rule its option and value
     * @param kept tokens that remain
     * @param keptMass 0 to 1: the probability, in the distribution before the rule, of the tokens that remain
     * @param entropy of what remains, in nats
     * @param lastKept the least likely token that remains, as likely as before the rule; empty if it removed none
     * @param firstRemoved the likeliest token that it removed, as likely as before the rule
     */
    public record Effect(
            String rule,
            int kept,
            double keptMass,
            double entropy,
            Optional<TokenProbability> lastKept,
            Optional<TokenProbability> firstRemoved) {}
}
