package io.github.gpt2djl.sampling;

import java.util.List;
import java.util.OptionalDouble;

/**
 * How one token was chosen: what the model said, what each rule made of it, and the draw.
 *
 * @param model the likeliest tokens under the model itself, the likeliest first
 * @param entropy of the model's distribution, in nats
 * @param rules what was applied, in order
 * @param kept tokens that could be drawn in the end
 * @param keptMass their probability under the model itself, 0 to 1
 * @param draw the random number, 0 to 1; empty for greedy decoding
 * @param from where the chosen token begins among the tokens that could be drawn, laid side by side by rising id on 0
 *     to 1
 * @param to where it ends: {@code from <= draw < to}
 * @param chosen the token
 */
public record StepTrace(
        List<TokenProbability> model,
        double entropy,
        List<Effect> rules,
        int kept,
        double keptMass,
        OptionalDouble draw,
        double from,
        double to,
        int chosen) {
    public StepTrace {
        model = List.copyOf(model);
        rules = List.copyOf(rules);
    }

    /**
     * What one rule did.
     *
     * @param rule its option and value
     * @param kept tokens that remain
     * @param keptMass 0 to 1: the probability, in the distribution before the rule, of the tokens that remain
     * @param entropy of what remains, in nats
     * @param top the likeliest of what remains, probabilities adding up to 1 over all that remains
     * @param removed of the tokens that were likeliest before the rule, those that it removed
     */
    public record Effect(
            String rule,
            int kept,
            double keptMass,
            double entropy,
            List<TokenProbability> top,
            List<TokenProbability> removed) {
        public Effect {
            top = List.copyOf(top);
            removed = List.copyOf(removed);
        }
    }
}
