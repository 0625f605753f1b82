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
 * @param drafted tokens that prompt lookup guessed; 0 without it
 * @param accepted guesses that were right
 */
public record Generation(
        List<Integer> promptIds,
        List<Token> tokens,
        String text,
        FinishReason finishReason,
        OptionalLong seed,
        int drafted,
        int accepted) {

    public Generation {
        promptIds = List.copyOf(promptIds);
        tokens = List.copyOf(tokens);
    }

    /** The new tokens' ids, without the prompt's. */
    public List<Integer> ids() {
        return tokens.stream().map(Token::id).toList();
    }
}
