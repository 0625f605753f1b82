package io.github.gpt2djl.internal.bench;

import static io.github.gpt2djl.GenerationOption.CONTEXT_POLICY;
import static io.github.gpt2djl.GenerationOption.MAX_NEW_TOKENS;
import static io.github.gpt2djl.GenerationOption.PROMPT_LOOKUP_NUM_TOKENS;

import io.github.gpt2djl.ContextPolicy;
import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.InvalidOptionException.Setting;
import io.github.gpt2djl.NamedOption;

/**
 * The parameters of a benchmark.
 *
 * @param batch rows at once, at least 1
 * @param promptTokens of each row, at least 1
 * @param newTokens of each row, at least 2: the first belongs to the prompt's time
 * @param warmUp seconds, at least 0: repetitions before these seconds have passed are not measured, nor are the first
 *     two
 * @param repetitions number of measured repetitions, at least 1
 * @param guesses maximum number of tokens that prompt lookup guesses at once, with one row; 0: none
 * @param policy what happens at the end of the context, with any number of rows
 */
public record BenchmarkPlan(
        int batch, int promptTokens, int newTokens, int warmUp, int repetitions, int guesses, ContextPolicy policy) {
    static final NamedOption BATCH = NamedOption.of("batchSize");
    static final NamedOption PROMPT_TOKENS = NamedOption.of("promptTokens");

    /** Rejects numbers that are out of range, and tokens that do not fit into the context. */
    void check(int positions) {
        require(BATCH, batch, 1);
        require(PROMPT_TOKENS, promptTokens, 1);
        require(MAX_NEW_TOKENS, newTokens, 2);
        require(NamedOption.of("warmUp"), warmUp, 0);
        require(NamedOption.of("repetitions"), repetitions, 1);
        require(PROMPT_LOOKUP_NUM_TOKENS, guesses, 0);
        if (guesses > 0 && batch > 1) {
            throw InvalidOptionException.conflict(
                    BATCH,
                    batch,
                    new Setting(PROMPT_LOOKUP_NUM_TOKENS, guesses),
                    "1: prompt lookup serves one sequence");
        }
        if (promptTokens > positions || (policy.keep() == 0 && (long) promptTokens + newTokens - 1 > positions)) {
            throw InvalidOptionException.conflict(
                    PROMPT_TOKENS,
                    promptTokens,
                    new Setting(MAX_NEW_TOKENS, newTokens),
                    "tokens that fit into the model's context of ",
                    positions);
        }
        if (policy.keep() >= positions || (policy.keep() > 0 && guesses > 0)) {
            throw InvalidOptionException.value(
                    CONTEXT_POLICY, policy, "fewer than ", positions, " ids to keep, and no prompt lookup");
        }
    }

    private static void require(NamedOption option, int value, int least) {
        if (value < least) {
            throw InvalidOptionException.value(option, value, "at least ", least);
        }
    }
}
