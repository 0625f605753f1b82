package io.github.gpt2djl.sampling;

/**
 * A rule of sampling that changes the candidates' scores or drops candidates, and keeps at least one.
 *
 * <pre>{@code
 * List<LogitsWarper> rules = List.of(new Temperature(0.8), new TopK(40), new TopP(0.95));
 * Sampler sampler = new Multinomial(rules);
 * }</pre>
 */
public sealed interface LogitsWarper
        permits Temperature, TopK, TopP, OpenAiTopP, MinP, TypicalP, EpsilonCutoff, EtaCutoff {
    /**
     * Applies the rule.
     *
     * @param candidates the tokens still in the draw; changed in place
     */
    // Candidates is this package's scratch memory: rules of other packages are LogitsProcessors.
    @SuppressWarnings("exports")
    void apply(Candidates candidates);
}
