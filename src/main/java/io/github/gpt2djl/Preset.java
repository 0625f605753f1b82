package io.github.gpt2djl;

/**
 * The library whose defaults and meaning of top-p apply.
 *
 * <pre>{@code
 * var config = GenerationConfig.builder().preset(Preset.OPENAI).topK(40).seed(1).maxNewTokens(20).build();
 * System.out.println(gpt2.generate("ROMEO:", config).text());
 * }</pre>
 */
public enum Preset {
    /**
     * transformers' {@code generate}: greedy unless {@code doSample} is set, and then with top-k 50 even if only top-p
     * is given; the token that crosses p stays; eos ends a text.
     */
    HUGGING_FACE,
    /**
     * openai/gpt-2's sample.py: always samples, without top-k; the token that crosses p is dropped; no token ends a
     * text, and {@code <|endoftext|>} in a prompt is ordinary text.
     */
    OPENAI
}
