package io.github.gpt2djl.sampling;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A record of how one token was chosen: the model's distribution, the effect of each rule, and the draw.
 *
 * <pre>{@code
 * var config = GenerationConfig.builder().doSample(true).topP(0.9).seed(3).trace(10).build();
 * for (StepTrace step : gpt2.generate("ROMEO:", config).trace()) {
 *     System.out.println(step.rules().size() + " rules left " + step.kept() + " tokens");
 * }
 * }</pre>
 *
 * @param vocabulary number of tokens that the model has
 * @param candidates the tokens that were among the likeliest before or after any rule, and the chosen one; the
 *     likeliest under the model first
 * @param entropy of the model's distribution, in nats
 * @param rules the effects of the rules, in the order in which they were applied
 * @param kept number of tokens that could be drawn after all rules
 * @param keptMass the probability of these tokens under the model itself, 0 to 1
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
     * @param vocabulary number of tokens that the model has
     * @param candidates copied
     * @param entropy in nats
     * @param rules copied
     * @param kept at least 1
     * @param keptMass 0 to 1
     * @param draw the random number, or empty
     * @param chosen one of {@code candidates}
     */
    public StepTrace {
        candidates = List.copyOf(candidates);
        rules = List.copyOf(rules);
    }

    /**
     * A token's probability from rule to rule.
     *
     * @param id the token
     * @param rank under the model itself, 1 for the likeliest
     * @param logProbability under the model itself, natural logarithm
     * @param after its log-probability after each rule; -Infinity from the rule on that removed the token
     * @param from the start of its interval on 0 to 1, which the tokens that could be drawn share in ascending order of
     *     id
     * @param to the end of its interval; equal to {@code from} if the token could not be drawn
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

        /** {@return the index of the rule that removed this token, or the number of rules if none did} */
        public int removedBy() {
            int removed = after.indexOf(Double.NEGATIVE_INFINITY);
            return removed < 0 ? after.size() : removed;
        }
    }

    /**
     * The effect of one rule.
     *
     * @param rule the rule's option and value
     * @param kept number of tokens that remain
     * @param keptMass the probability of the remaining tokens in the distribution before the rule, 0 to 1
     * @param entropy of the distribution after the rule, in nats
     * @param lastKept the least likely token that remains, with its probability before the rule; empty if the rule
     *     removed none
     * @param firstRemoved the likeliest removed token, with its probability before the rule; empty if the rule removed
     *     none
     */
    public record Effect(
            String rule,
            int kept,
            double keptMass,
            double entropy,
            Optional<TokenProbability> lastKept,
            Optional<TokenProbability> firstRemoved) {}
}
