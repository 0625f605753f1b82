package io.github.gpt2djl;

import static io.github.gpt2djl.GenerationOption.*;

import java.util.List;
import java.util.Map;

/** What options allow of each other. */
final class ConfigChecks {
    private ConfigChecks() {}

    /** Rejects options that exclude each other, or would have no effect. */
    static void check(GenerationConfig config) {
        if (config.openAi() && !config.get(DO_SAMPLE)) {
            throw new IllegalArgumentException("doSample is false, but the preset OPENAI always samples; for the"
                    + " likeliest token use topK 1, or the preset HUGGING_FACE");
        }
        lengths(config);
        boolean contrastive = config.get(PENALTY_ALPHA) > 0;
        for (GenerationOption<?> option : GenerationOption.all()) {
            boolean searches = option == TOP_K && contrastive;
            if (option.need() == Need.SAMPLING && !config.get(DO_SAMPLE) && !searches) {
                noEffect(config, option, "while doSample is false; set doSample");
            }
            if (option.need() == Need.BEAMS && config.get(NUM_BEAMS) == 1) {
                noEffect(config, option, "while numBeams is 1; set numBeams");
            }
        }
        sequences(config);
        if (contrastive && config.get(TOP_K) < 2) {
            throw new IllegalArgumentException("penaltyAlpha is " + config.get(PENALTY_ALPHA) + " and topK is "
                    + config.get(TOP_K) + ", expected a topK of at least 2 to search among; 4 is usual");
        }
        if (contrastive) {
            alone(
                    config,
                    PENALTY_ALPHA,
                    List.of(DO_SAMPLE, NUM_BEAMS, CONTEXT_POLICY, PROMPT_LOOKUP_NUM_TOKENS, TRACE));
        }
        if (config.get(NUM_BEAMS) > 1) {
            alone(
                    config,
                    NUM_BEAMS,
                    List.of(DO_SAMPLE, STOP_STRINGS, CONTEXT_POLICY, PROMPT_LOOKUP_NUM_TOKENS, TOP_LOGPROBS, TRACE));
        }
        if (config.get(PROMPT_LOOKUP_NUM_TOKENS) > 0) {
            alone(config, PROMPT_LOOKUP_NUM_TOKENS, List.of(CONTEXT_POLICY, NUM_RETURN_SEQUENCES));
        }
    }

    private static void lengths(GenerationConfig config) {
        if (config.isSet(MAX_LENGTH) && config.isSet(MAX_NEW_TOKENS)) {
            throw new IllegalArgumentException("maxLength is " + config.get(MAX_LENGTH) + " and maxNewTokens is "
                    + config.get(MAX_NEW_TOKENS) + ", expected only one: maxNewTokens would override maxLength");
        }
        for (Map.Entry<GenerationOption<Integer>, GenerationOption<Integer>> pair :
                Map.of(MIN_LENGTH, MAX_LENGTH, MIN_NEW_TOKENS, MAX_NEW_TOKENS).entrySet()) {
            int least = config.get(pair.getKey());
            if (config.isSet(pair.getValue()) && least > config.get(pair.getValue())) {
                throw new IllegalArgumentException(pair.getKey() + " is " + least + " and " + pair.getValue() + " is "
                        + config.get(pair.getValue()) + ", expected no more than that");
            }
        }
        if (config.openAi() && !config.isSet(EOS_TOKEN_ID)) {
            noEffect(config, MIN_LENGTH, "with the preset OPENAI, where no token ends a text; set eosTokenId");
            noEffect(config, MIN_NEW_TOKENS, "with the preset OPENAI, where no token ends a text; set eosTokenId");
        }
    }

    private static void sequences(GenerationConfig config) {
        int sequences = config.get(NUM_RETURN_SEQUENCES);
        int beams = config.get(NUM_BEAMS);
        if (beams > 1 && sequences > beams) {
            throw new IllegalArgumentException("numReturnSequences is " + sequences + " and numBeams is " + beams
                    + ", expected no more sequences than beams");
        }
        if (beams == 1 && !config.get(DO_SAMPLE) && sequences > 1) {
            noEffect(config, NUM_RETURN_SEQUENCES, "while doSample is false; set doSample or numBeams");
        }
    }

    private static void alone(GenerationConfig config, GenerationOption<?> option, List<GenerationOption<?>> others) {
        for (GenerationOption<?> other : others) {
            if (!config.get(other).equals(other.usual())) {
                throw new IllegalArgumentException(option + " is " + config.get(option) + " and " + other + " is "
                        + config.get(other) + ", expected only one of them");
            }
        }
    }

    private static void noEffect(GenerationConfig config, GenerationOption<?> option, String why) {
        if (config.isSet(option)) {
            throw new IllegalArgumentException(option + " has no effect " + why + ", or leave " + option + " out");
        }
    }
}
