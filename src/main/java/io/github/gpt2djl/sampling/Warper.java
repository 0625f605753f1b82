package io.github.gpt2djl.sampling;

/**
 * One rule of sampling: it changes the candidates' scores or drops candidates, and keeps at least one.
 *
 * <pre>{@code
 * List<Warper> rules = List.of(new Temperature(0.8), new TopK(40), new TopP(0.95));
 * Sampler sampler = new Multinomial(rules);
 * }</pre>
 */
public sealed interface Warper permits Temperature, TopK, TopP, OpenAiTopP, MinP, TypicalP, EpsilonCutoff, EtaCutoff {
    /**
     * Applies the rule.
     *
     * @param candidates the tokens still in the draw, which it changes
     */
    // The scratch memory of this package: rules outside are LogitsProcessors.
    @SuppressWarnings("exports")
    void apply(Candidates candidates);
}
