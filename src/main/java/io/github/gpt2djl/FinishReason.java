package io.github.gpt2djl;

/**
 * Why a sequence ended.
 *
 * <pre>{@code
 * var config = GenerationConfig.builder().maxNewTokens(100).stopStrings("\n").build();
 * Generation generation = gpt2.generate("To be, or not to", config);
 * System.out.println(generation.finishReason()); // STOP
 * }</pre>
 */
public enum FinishReason {
    /** All tokens that were asked for are there. */
    LENGTH,
    /** The model's positions are used up: 1,024 ids for the published GPT-2. */
    CONTEXT,
    /** A token that ends texts was chosen; it is the last id. */
    EOS,
    /** A stop string came; the text ends before it, the ids with its end. */
    STOP,
    /** The thread was interrupted: the rest is what there was by then. */
    CANCELLED
}
