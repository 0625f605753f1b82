package io.github.gpt2djl.internal.config;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import io.github.gpt2djl.GenerationOption.AppliesTo;
import java.util.List;
import java.util.function.Predicate;

/**
 * A key of transformers' generation_config.json that changes the text in transformers and is not computed here. Keys
 * that are neither in {@link #ALL} nor an option do not change the text: caches, compilation, returned values, padding,
 * guesses.
 *
 * @param name the key
 * @param appliesTo what gives the key an effect
 * @param idle the values without effect
 */
record UnsupportedDefault(String name, AppliesTo appliesTo, Predicate<JsonElement> idle) {
    static final List<UnsupportedDefault> ALL = List.of(
            always("guidance_scale", 1),
            always("encoder_repetition_penalty", 1),
            always("encoder_no_repeat_ngram_size", 0),
            always("watermarking_config"),
            always("exponential_decay_length_penalty"),
            always("max_time"),
            always("constraints"),
            always("force_words_ids"),
            always("dola_layers"),
            always("token_healing"),
            always("use_mtp"),
            always("is_assistant"),
            new UnsupportedDefault(
                    "cache_implementation", AppliesTo.ALL, value -> !value.equals(new JsonPrimitive("quantized"))),
            new UnsupportedDefault("top_h", AppliesTo.SAMPLING, value -> false),
            new UnsupportedDefault("num_beam_groups", AppliesTo.BEAMS, new JsonPrimitive(1)::equals),
            new UnsupportedDefault("renormalize_logits", AppliesTo.BEAMS, new JsonPrimitive(false)::equals));

    private static UnsupportedDefault always(String name) {
        return new UnsupportedDefault(name, AppliesTo.ALL, new JsonPrimitive(false)::equals);
    }

    private static UnsupportedDefault always(String name, int idle) {
        return new UnsupportedDefault(name, AppliesTo.ALL, new JsonPrimitive(idle)::equals);
    }

    boolean isIdle(JsonElement value) {
        return idle.test(value);
    }
}
