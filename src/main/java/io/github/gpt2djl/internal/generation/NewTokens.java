package io.github.gpt2djl.internal.generation;

import static io.github.gpt2djl.GenerationOption.*;

import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.Preset;

/** Computes how long a text may become under a config. */
final class NewTokens {
    private NewTokens() {}

    /**
     * The maximum number of new tokens after a prompt, before the context limits it.
     *
     * @param promptLength number of the prompt's ids; 0 for an empty prompt, though it starts from bos
     */
    static int of(GenerationConfig config, int promptLength, int positions) {
        if (config.isSet(MAX_NEW_TOKENS)) {
            return config.get(MAX_NEW_TOKENS);
        }
        if (!config.isSet(MAX_LENGTH)) {
            // sample.py: a whole context without a prompt, half of it with one.
            return !isOpenAi(config) ? 20 : promptLength == 0 ? positions : Math.max(1, positions / 2);
        }
        int total = config.get(MAX_LENGTH);
        int taken = Math.max(1, promptLength);
        if (taken >= total) {
            throw InvalidOptionException.value(
                            MAX_LENGTH,
                            total,
                            "at least ",
                            taken + 1,
                            ": ",
                            MAX_LENGTH,
                            " counts the prompt's ",
                            taken,
                            " ids too")
                    .withAdvice("use a greater one, or ", MAX_NEW_TOKENS);
        }
        return total - taken;
    }

    /** Whether a typed {@code <|endoftext|>} is ordinary text, no token ends a text, and lengths are sample.py's. */
    static boolean isOpenAi(GenerationConfig config) {
        return config.get(PRESET) == Preset.OPENAI;
    }
}
