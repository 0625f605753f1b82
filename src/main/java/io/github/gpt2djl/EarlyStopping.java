package io.github.gpt2djl;

/**
 * The condition that ends beam search once there are as many complete sequences as beams (transformers' {@code
 * early_stopping}).
 *
 * <pre>{@code
 * var config = GenerationConfig.builder().numBeams(4).earlyStopping(EarlyStopping.TRUE).maxNewTokens(20).build();
 * System.out.println(gpt2.generate("ROMEO:", config).text());
 * }</pre>
 */
public enum EarlyStopping {
    /** Ends the search at once. */
    TRUE,
    /**
     * Ends the search when the best running beam, at its current length, is no better than the worst complete sequence.
     */
    FALSE,
    /** Ends the search when no running beam could still become better at any length. */
    NEVER
}
