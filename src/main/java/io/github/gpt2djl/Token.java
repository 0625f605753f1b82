package io.github.gpt2djl;

import io.github.gpt2djl.sampling.StepTrace;
import io.github.gpt2djl.sampling.TokenProbability;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One generated token.
 *
 * <pre>{@code
 * try (Stream<Token> tokens = gpt2.stream("ROMEO:", GenerationConfig.builder().maxNewTokens(20).build())) {
 *     tokens.forEach(token -> System.out.printf("%s (%.2f) ", token.text(), Math.exp(token.logProbability())));
 * }
 * }</pre>
 *
 * @param id in the model's vocabulary
 * @param text what it adds to the text: whole characters only, so it is empty while a character spans tokens, or while
 *     the text may be the beginning of a stop string
 * @param logProbability natural logarithm, under the model itself (before temperature and any other rule)
 * @param top the likeliest tokens under the model itself, as many as {@code topLogprobs} asks for
 * @param trace how it was chosen, if {@code trace} asks for it
 */
public record Token(
        int id,
        String text,
        double logProbability,
        List<TokenProbability> top,
        @Nullable StepTrace trace) {
    /**
     * Copies the list.
     *
     * @param id in the model's vocabulary
     * @param text whole characters
     * @param logProbability at most 0
     * @param top copied
     * @param trace or null
     */
    public Token {
        top = List.copyOf(top);
    }
}
