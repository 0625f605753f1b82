package io.github.gpt2djl;

/**
 * Whose defaults and whose meaning of top-p apply.
 *
 * <pre>{@code
 * var config = GenerationConfig.builder().preset(Preset.OPENAI).topK(40).seed(1).maxNewTokens(20).build();
 * System.out.println(gpt2.generate("ROMEO:", config).text());
 * }</pre>
 */
public enum Preset {
    /**
     * transformers' {@code generate}: greedy unless {@code doSample}; then top-k 50 even where only top-p is given;
     * the token that crosses p stays; eos ends a row.
     */
    HUGGING_FACE,
    /**
     * openai/gpt-2's sample.py: always samples; top-k off; the token that crosses p is dropped; no token ends a row,
     * and a typed {@code <|endoftext|>} is ordinary text.
     */
    OPENAI
}
