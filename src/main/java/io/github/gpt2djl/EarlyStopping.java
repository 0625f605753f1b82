package io.github.gpt2djl;

/**
 * When beam search ends, once it has as many complete sequences as beams (transformers' {@code early_stopping}).
 *
 * <pre>{@code
 * var config = GenerationConfig.builder().numBeams(4).earlyStopping(EarlyStopping.TRUE).maxNewTokens(20).build();
 * System.out.println(gpt2.generate("ROMEO:", config).text());
 * }</pre>
 */
public enum EarlyStopping {
    /** As soon as it has them. */
    TRUE,
    /** When the best running beam, as it stands, is no better than the worst complete sequence. */
    FALSE,
    /** When no running beam could still become better, whatever its length: the whole search. */
    NEVER
}
