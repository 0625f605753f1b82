package io.github.gpt2djl;

import io.github.gpt2djl.sampling.StepTrace;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * One generated sequence.
 *
 * <pre>{@code
 * Generation generation = gpt2.generate("To be, or", GenerationConfig.builder().maxNewTokens(3).build());
 * System.out.println(generation.ids()); // [1171, 11, 198]
 * System.out.println(generation.text().strip()); // else,
 * System.out.println(generation.finishReason()); // LENGTH
 * }</pre>
 *
 * @param promptIds the prompt's ids
 * @param tokens the new tokens, in order
 * @param text the new tokens' text; empty if the checkpoint has no tokenizer
 * @param finishReason the reason why the sequence ended
 * @param seed the seed of the draws: the same seed gives the same ids; empty if nothing was drawn
 * @param drafted number of tokens that prompt lookup or an assistant guessed; 0 without them
 * @param accepted number of guesses that were right
 * @param slides number of times the context was full and the text continued from its last ids
 * @param score the score in beam search (transformers' {@code sequences_scores}): the sum of the tokens'
 *     log-probabilities, as the rules leave them, divided by their number to the power of {@code lengthPenalty}; empty
 *     without beams
 */
public record Generation(
        List<Integer> promptIds,
        List<Token> tokens,
        String text,
        FinishReason finishReason,
        OptionalLong seed,
        int drafted,
        int accepted,
        int slides,
        OptionalDouble score) {
    static final String NOT_TRACED = "nothing was traced; set trace in the config, to 10 tokens for example";

    /**
     * Copies the lists.
     *
     * @param promptIds copied
     * @param tokens copied
     * @param text the text of {@code tokens}
     * @param finishReason the reason why the sequence ended
     * @param seed the seed, or empty
     * @param drafted at least {@code accepted}
     * @param accepted at least 0
     * @param slides at least 0
     * @param score the score, or empty
     */
    public Generation {
        promptIds = List.copyOf(promptIds);
        tokens = List.copyOf(tokens);
    }

    /** {@return the new tokens' ids, without the prompt's} */
    public List<Integer> ids() {
        return tokens.stream().map(Token::id).toList();
    }

    /** {@return the mean of the new tokens' log-probabilities under the model; empty without tokens} */
    public OptionalDouble meanLogProbability() {
        return tokens.stream().mapToDouble(Token::logProbability).average();
    }

    /**
     * Returns how each token was chosen.
     *
     * @return one trace per token
     * @throws IllegalStateException if the config did not set {@code trace}
     */
    public List<StepTrace> trace() {
        if (tokens.stream().anyMatch(token -> token.trace() == null)) {
            throw new IllegalStateException(NOT_TRACED);
        }
        return tokens.stream()
                .map(token -> Objects.requireNonNull(token.trace()))
                .toList();
    }
}
