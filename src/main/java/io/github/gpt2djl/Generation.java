package io.github.gpt2djl;

import java.util.List;
import java.util.OptionalLong;

/**
 * One generated sequence.
 *
 * @param promptIds the ids it continues
 * @param tokens the new tokens, in order
 * @param text the new tokens' text; empty if the checkpoint has no tokenizer
 * @param finishReason why it ended
 * @param seed of its draws: the same seed gives the same ids; empty if nothing was drawn
 */
public record Generation(
        List<Integer> promptIds, List<Token> tokens, String text, FinishReason finishReason, OptionalLong seed) {

    public Generation {
        promptIds = List.copyOf(promptIds);
        tokens = List.copyOf(tokens);
    }

    /** The new tokens' ids, without the prompt's. */
    public List<Integer> ids() {
        return tokens.stream().map(Token::id).toList();
    }
}
