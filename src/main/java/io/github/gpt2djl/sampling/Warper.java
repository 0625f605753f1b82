package io.github.gpt2djl.sampling;

/** One rule of sampling: it changes the candidates' scores or drops candidates, and keeps at least one. */
public sealed interface Warper permits Temperature, TopK, TopP, OpenAiTopP, MinP, TypicalP, EpsilonCutoff, EtaCutoff {
    /**
     * Applies the rule.
     *
     * @param candidates the tokens still in the draw, which it changes
     */
    void apply(Candidates candidates);
}
