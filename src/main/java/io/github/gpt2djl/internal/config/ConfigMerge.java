package io.github.gpt2djl.internal.config;

import static io.github.gpt2djl.GenerationOption.*;

import com.google.gson.JsonElement;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationConfigBuilder;
import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.GenerationOption.AppliesTo;
import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.InvalidOptionException.Setting;
import io.github.gpt2djl.NamedOption;
import io.github.gpt2djl.Preset;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Merges a model's defaults into the options that a user asks for, as transformers' {@code generate} does. The user's
 * options win. A default that the user's options leave without effect is dropped, while a user's option without effect
 * is an error.
 */
public final class ConfigMerge {
    private final GenerationConfigBuilder asked;
    private final ModelDefaults defaults;
    /** The options that come from the model. */
    private final Map<GenerationOption<?>, Object> added;

    private ConfigMerge(GenerationConfigBuilder asked, ModelDefaults defaults) {
        this.asked = asked;
        this.defaults = defaults;
        added = new LinkedHashMap<>(defaults.options());
        added.keySet().removeIf(asked::isSet);
    }

    /**
     * Makes the config that a generation follows.
     *
     * @throws InvalidOptionException if the options do not go together, or a default is not computed here
     */
    public static GenerationConfig merge(GenerationConfigBuilder asked, ModelDefaults defaults) {
        if (defaults.isEmpty() || asked.get(PRESET) == Preset.OPENAI || !asked.get(USE_MODEL_DEFAULTS)) {
            return asked.build();
        }
        return new ConfigMerge(asked, defaults).merged();
    }

    private GenerationConfig merged() {
        dropLengths(MAX_NEW_TOKENS, MAX_LENGTH);
        dropLengths(MIN_NEW_TOKENS, MIN_LENGTH);
        boolean samples = value(DO_SAMPLE);
        boolean beams = value(NUM_BEAMS) > 1;
        if (samples || beams || (isSet(TOP_K) && value(TOP_K) < 2)) {
            added.remove(PENALTY_ALPHA);
        }
        boolean contrastive = value(PENALTY_ALPHA) > 0;
        if (added.containsKey(PENALTY_ALPHA) && contrastive && !isSet(TOP_K)) {
            added.put(TOP_K, 50);
        }
        added.keySet()
                .removeIf(option -> !meets(option.appliesTo(), samples, beams) && !(option == TOP_K && contrastive));
        defaults.unsupported().forEach((key, value) -> {
            if (meets(key.appliesTo(), samples, beams)) {
                reject(key, value);
            }
        });
        lower(MIN_LENGTH, MAX_LENGTH);
        lower(MIN_NEW_TOKENS, MAX_NEW_TOKENS);
        GenerationConfigBuilder merged = asked.copy();
        try {
            added.forEach((option, value) -> put(merged, option, value));
            return merged.build();
        } catch (InvalidOptionException e) {
            if (added.isEmpty()) {
                throw e;
            }
            throw e.withAdvice(
                    "from ",
                    defaults.file(),
                    " came ",
                    GenerationConfigJson.json(added),
                    ", which ",
                    new Setting(USE_MODEL_DEFAULTS, false),
                    " leaves out");
        }
    }

    /** Drops the model's defaults that a length of the user overrides; without one, new tokens override all tokens. */
    private void dropLengths(GenerationOption<Integer> newTokens, GenerationOption<Integer> all) {
        if (asked.isSet(newTokens) || asked.isSet(all)) {
            added.remove(newTokens);
            added.remove(all);
        } else if (added.containsKey(newTokens)) {
            added.remove(all);
        }
    }

    /** Lowers a default minimum length to the maximum length, which has the same effect. */
    private void lower(GenerationOption<Integer> min, GenerationOption<Integer> max) {
        if (added.containsKey(min) && isSet(max) && value(min) > value(max)) {
            added.put(min, value(max));
        }
    }

    private static boolean meets(AppliesTo appliesTo, boolean samples, boolean beams) {
        return switch (appliesTo) {
            case ALL -> true;
            case SAMPLING -> samples;
            case BEAMS -> beams;
        };
    }

    private boolean isSet(GenerationOption<?> option) {
        return asked.isSet(option) || added.containsKey(option);
    }

    // ModelDefaults reads values of the option's type.
    @SuppressWarnings("unchecked")
    private <T> T value(GenerationOption<T> option) {
        return (T) added.getOrDefault(option, asked.get(option));
    }

    // As above, values have the option's type.
    @SuppressWarnings("unchecked")
    private static <T> void put(GenerationConfigBuilder builder, GenerationOption<T> option, Object value) {
        builder.set(option, (T) value);
    }

    private void reject(UnsupportedDefault key, JsonElement value) {
        NamedOption unsupported = NamedOption.of(key.name(), key.name());
        throw InvalidOptionException.of(
                        unsupported,
                        value,
                        defaults.file(),
                        " sets ",
                        unsupported,
                        " to ",
                        value,
                        ", which is not computed here")
                .withAdvice("to generate without the model's defaults use ", new Setting(USE_MODEL_DEFAULTS, false));
    }
}
