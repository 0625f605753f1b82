package io.github.gpt2djl.internal.generation;

import static io.github.gpt2djl.GenerationOption.*;

import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.InvalidOptionException;

/** Checks which configs can share the places of a batch. */
public final class BatchCompatibility {
    private BatchCompatibility() {}

    /** Whether a prompt needs the places of a batch for itself. */
    static boolean searches(GenerationConfig config) {
        return config.get(NUM_BEAMS) > 1 || config.get(PENALTY_ALPHA) > 0;
    }

    /** Whether a prompt needs a loop for itself. */
    static boolean alone(GenerationConfig config) {
        return searches(config) || config.get(PROMPT_LOOKUP_NUM_TOKENS) > 0;
    }

    /** Rejects a config that cannot share the places of a batch with requests that come and go. */
    public static void checkQueued(GenerationConfig config, int places) {
        int sequences = config.get(NUM_RETURN_SEQUENCES);
        if (places < sequences) {
            throw InvalidOptionException.value(
                    NUM_RETURN_SEQUENCES, sequences, "at most ", places, ", the sequences that run at once");
        }
        requirePlain(config, "a queue of prompts");
        if (searches(config)) {
            GenerationOption<?> option = config.get(NUM_BEAMS) > 1 ? NUM_BEAMS : PENALTY_ALPHA;
            throw InvalidOptionException.value(
                            option, config.get(option), option.defaultValue(), " for a queue of prompts")
                    .withAdvice("use generateAll(List), which takes the prompts in turn");
        }
    }

    /**
     * Rejects prompt lookup.
     *
     * @param found what prompt lookup was asked for, for the message
     */
    static void requirePlain(GenerationConfig config, String found) {
        int guesses = config.get(PROMPT_LOOKUP_NUM_TOKENS);
        if (guesses > 0) {
            throw InvalidOptionException.value(
                    PROMPT_LOOKUP_NUM_TOKENS, guesses, "0 for ", found, ": it serves one prompt");
        }
    }
}
