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
 * @param id the token's id in the model's vocabulary
 * @param text the characters that the token adds to the text. Only whole characters are added, so the text is empty
 *     while a character spans tokens, and while the text may be the beginning of a stop string
 * @param logProbability the natural logarithm of the probability under the model itself, before temperature and any
 *     other rule
 * @param top the {@code topLogprobs} likeliest tokens under the model itself
 * @param trace how the token was chosen; null if the config did not set {@code trace}
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
     * @param id the token's id in the model's vocabulary
     * @param text whole characters
     * @param logProbability at most 0
     * @param top copied
     * @param trace the trace, or null
     */
    public Token {
        top = List.copyOf(top);
    }
}
