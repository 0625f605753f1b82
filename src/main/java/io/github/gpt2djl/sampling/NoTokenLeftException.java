package io.github.gpt2djl.sampling;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Thrown when the rules of a generation have banned every token, so that none can follow.
 *
 * <p>The message names the kinds of the rules:
 *
 * <pre>{@code
 * LogitsProcessor all = new SequenceBias(Map.of(List.of(0), Double.NEGATIVE_INFINITY));
 * Sampler sampler = new ProcessedSampler(List.of(all), new Greedy());
 * try {
 *     sampler.sample(FloatBuffer.wrap(new float[] {1}), soFar, 0);
 * } catch (NoTokenLeftException e) {
 *     System.out.println(e.getMessage());
 * }
 * }</pre>
 */
public final class NoTokenLeftException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    NoTokenLeftException(List<LogitsProcessor> rules, int vocabulary) {
        super("no token is left: the rules ("
                + rules.stream()
                        .map(rule -> rule.getClass().getSimpleName())
                        .distinct()
                        .collect(Collectors.joining(", "))
                + ") have banned all " + vocabulary + "; expected at least one that may follow");
    }
}
