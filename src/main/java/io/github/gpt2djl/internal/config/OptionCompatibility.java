package io.github.gpt2djl.internal.config;

import static io.github.gpt2djl.GenerationOption.*;

import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.InvalidOptionException.Setting;
import io.github.gpt2djl.Preset;
import java.util.List;
import java.util.Map;

/** Checks which options can be combined. */
public final class OptionCompatibility {
    private OptionCompatibility() {}

    /** Rejects options that exclude each other, or would have no effect. */
    public static void check(GenerationConfig config) {
        if (config.get(PRESET) == Preset.OPENAI && !config.get(DO_SAMPLE)) {
            throw InvalidOptionException.conflict(
                            DO_SAMPLE,
                            false,
                            new Setting(PRESET, Preset.OPENAI),
                            "sampling, which that preset always does")
                    .withAdvice(
                            "for the likeliest token use ",
                            new Setting(TOP_K, 1),
                            ", or ",
                            new Setting(PRESET, Preset.HUGGING_FACE));
        }
        lengths(config);
        boolean contrastive = config.get(PENALTY_ALPHA) > 0;
        for (GenerationOption<?> option : GenerationOption.all()) {
            boolean searches = option == TOP_K && contrastive;
            if (option.appliesTo() == AppliesTo.SAMPLING && !config.get(DO_SAMPLE) && !searches) {
                noEffect(config, option, new Setting(DO_SAMPLE, false), DO_SAMPLE);
            }
            if (option.appliesTo() == AppliesTo.BEAMS && config.get(NUM_BEAMS) == 1) {
                noEffect(config, option, new Setting(NUM_BEAMS, 1), NUM_BEAMS);
            }
        }
        sequences(config);
        if (contrastive && config.get(TOP_K) < 2) {
            throw InvalidOptionException.conflict(
                            PENALTY_ALPHA,
                            config.get(PENALTY_ALPHA),
                            setting(config, TOP_K),
                            "a ",
                            TOP_K,
                            " of at least 2 to search among")
                    .withAdvice(new Setting(TOP_K, 4), " is usual");
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
            throw InvalidOptionException.conflict(
                    MAX_LENGTH,
                    config.get(MAX_LENGTH),
                    setting(config, MAX_NEW_TOKENS),
                    "only one of them: ",
                    MAX_NEW_TOKENS,
                    " would override ",
                    MAX_LENGTH);
        }
        for (Map.Entry<GenerationOption<Integer>, GenerationOption<Integer>> pair :
                Map.of(MIN_LENGTH, MAX_LENGTH, MIN_NEW_TOKENS, MAX_NEW_TOKENS).entrySet()) {
            int least = config.get(pair.getKey());
            if (config.isSet(pair.getValue()) && least > config.get(pair.getValue())) {
                throw InvalidOptionException.conflict(
                        pair.getKey(), least, setting(config, pair.getValue()), "no more than that");
            }
        }
        if (config.get(PRESET) == Preset.OPENAI && !config.isSet(EOS_TOKEN_ID)) {
            // No token ends a text there.
            noEffect(config, MIN_LENGTH, new Setting(PRESET, Preset.OPENAI), EOS_TOKEN_ID);
            noEffect(config, MIN_NEW_TOKENS, new Setting(PRESET, Preset.OPENAI), EOS_TOKEN_ID);
        }
    }

    private static void sequences(GenerationConfig config) {
        int sequences = config.get(NUM_RETURN_SEQUENCES);
        int beams = config.get(NUM_BEAMS);
        if (beams > 1 && sequences > beams) {
            throw InvalidOptionException.conflict(
                    NUM_RETURN_SEQUENCES, sequences, setting(config, NUM_BEAMS), "no more sequences than beams");
        }
        if (beams == 1 && !config.get(DO_SAMPLE) && sequences > 1) {
            noEffect(config, NUM_RETURN_SEQUENCES, new Setting(DO_SAMPLE, false), DO_SAMPLE, NUM_BEAMS);
        }
    }

    private static void alone(GenerationConfig config, GenerationOption<?> option, List<GenerationOption<?>> others) {
        for (GenerationOption<?> other : others) {
            if (!config.get(other).equals(other.defaultValue())) {
                throw InvalidOptionException.conflict(
                        option, config.get(option), setting(config, other), "only one of them");
            }
        }
    }

    private static void noEffect(
            GenerationConfig config, GenerationOption<?> option, Setting cause, GenerationOption<?>... remedies) {
        if (config.isSet(option)) {
            throw InvalidOptionException.noEffect(option, config.get(option), cause, remedies);
        }
    }

    private static Setting setting(GenerationConfig config, GenerationOption<?> option) {
        return new Setting(option, config.get(option));
    }
}
