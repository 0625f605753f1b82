package io.github.gpt2djl;

import static io.github.gpt2djl.GenerationOption.*;

import io.github.gpt2djl.internal.config.GenerationConfigJson;
import io.github.gpt2djl.internal.config.OptionCompatibility;
import io.github.gpt2djl.sampling.LogitsProcessor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The options of a generation, with the names, defaults and meanings of transformers' {@code GenerationConfig}, or of
 * OpenAI's sample.py under {@link Preset#OPENAI}.
 *
 * <p>Building a config throws {@link InvalidOptionException} for an option that is out of range or would have no
 * effect. Options that are not set are taken from the model's own generation_config.json, where there is one ({@link
 * Gpt2#withDefaults}).
 *
 * <p>Rules apply in transformers' order: sequence bias, repetition, presence and frequency penalty, n-grams, bad words,
 * minimum lengths, forced and suppressed tokens, your own processors; then, when sampling, temperature, top-k, top-p,
 * min-p, typical-p, epsilon and eta cutoff. Unlike in transformers, padding never counts.
 *
 * <pre>{@code
 * var config = GenerationConfig.builder().doSample(true).topP(0.9).maxNewTokens(50).build();
 * System.out.println(config); // {"max_new_tokens":50,"do_sample":true,"top_p":0.9}
 * System.out.println(config.get(GenerationOption.TOP_K)); // 50
 * var longer = config.toBuilder().maxNewTokens(200).build();
 * }</pre>
 */
public final class GenerationConfig {
    private final Map<GenerationOption<?>, Object> values;
    private final List<LogitsProcessor> processors;

    GenerationConfig(Map<GenerationOption<?>, Object> values, List<LogitsProcessor> processors) {
        this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        this.processors = List.copyOf(processors);
        OptionCompatibility.check(this);
    }

    /** {@return a builder of a config with the defaults} */
    public static GenerationConfigBuilder builder() {
        return new GenerationConfigBuilder();
    }

    /**
     * Returns the value of an option.
     *
     * @param <T> the option's type
     * @param option any option
     * @return the option's value, or its default under the preset
     */
    // The builder puts only values of the option's type.
    @SuppressWarnings("unchecked")
    public <T> T get(GenerationOption<T> option) {
        Object value = values.get(option);
        return value != null ? (T) value : (T) defaultValue(option);
    }

    /**
     * Tells whether an option has been set.
     *
     * @param option any option
     * @return false if the default applies
     */
    public boolean isSet(GenerationOption<?> option) {
        return values.containsKey(option);
    }

    /** {@return the user's own rules, in order} */
    public List<LogitsProcessor> logitsProcessors() {
        return processors;
    }

    /** {@return a builder that begins with the options and processors of this config} */
    public GenerationConfigBuilder toBuilder() {
        return new GenerationConfigBuilder(values, processors);
    }

    /**
     * Reads a generation_config.json. Keys that do not affect the generated text, such as transformers' version, are
     * ignored.
     *
     * @param file a file in UTF-8
     * @return the config
     * @throws IOException if the file cannot be read, or has an option that is unknown, malformed or out of range
     */
    public static GenerationConfig load(Path file) throws IOException {
        return GenerationConfigJson.load(file);
    }

    /**
     * Reads the JSON that {@link #toString} prints.
     *
     * @param json a JSON object
     * @return the config
     * @throws IllegalArgumentException if {@code json} is malformed, or has an option that is unknown or out of range
     */
    public static GenerationConfig parse(String json) {
        return builder().parse(json).build();
    }

    /**
     * Writes a generation_config.json with the options that have been set. The file appears only once it is complete.
     *
     * @param file a file in an existing folder; replaced if it exists
     * @throws IOException if the file cannot be written
     * @throws IllegalStateException if the config has logits processors of its own, which a file cannot hold
     */
    public void save(Path file) throws IOException {
        if (!processors.isEmpty()) {
            throw new IllegalStateException("found " + processors.size()
                    + " logits processors, which are code; expected none in a config that is saved");
        }
        GenerationConfigJson.save(GenerationConfigJson.json(values), file);
    }

    /** {@return the options that have been set, by their names in transformers, as JSON} */
    @Override
    public String toString() {
        return GenerationConfigJson.json(values) + (processors.isEmpty() ? "" : " and " + processors);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GenerationConfig config
                && values.equals(config.values)
                && processors.equals(config.processors);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    private boolean openAi() {
        return get(PRESET) == Preset.OPENAI;
    }

    private Object defaultValue(GenerationOption<?> option) {
        if (option == DO_SAMPLE) {
            return openAi();
        }
        // The well-known surprise: top-k is 50 although only top-p was given.
        return option == TOP_K && get(DO_SAMPLE) && !openAi() ? Integer.valueOf(50) : option.defaultValue();
    }
}
