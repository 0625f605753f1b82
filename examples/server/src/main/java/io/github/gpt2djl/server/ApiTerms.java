package io.github.gpt2djl.server;

import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.NamedOption;
import io.github.gpt2djl.OptionNaming;
import java.util.Map;

/** The terms of this API: its clients know fields, and no options of Java. */
final class ApiTerms implements OptionNaming {
    /** The options that OpenAI's API has a field of its own for. */
    static final Map<GenerationOption<?>, String> FIELDS = Map.of(
            GenerationOption.DO_SAMPLE, "temperature",
            GenerationOption.MAX_NEW_TOKENS, "max_tokens",
            GenerationOption.MAX_LENGTH, "max_tokens",
            GenerationOption.NUM_RETURN_SEQUENCES, "n",
            GenerationOption.STOP_STRINGS, "stop",
            GenerationOption.TOP_LOGPROBS, "logprobs",
            GenerationOption.SEQUENCE_BIAS, "logit_bias");

    private static final ApiTerms INSTANCE = new ApiTerms();

    private ApiTerms() {}

    @Override
    public String name(NamedOption option) {
        return option instanceof GenerationOption<?> known ? FIELDS.getOrDefault(known, known.key()) : option.key();
    }

    @Override
    public String value(NamedOption option, Object value) {
        // A temperature of 0 is what takes the likeliest token.
        return option == GenerationOption.DO_SAMPLE && value.equals(false)
                ? "0"
                : OptionNaming.super.value(option, value);
    }

    /**
     * What a request is rejected with.
     *
     * @param cause of the library
     * @param usual the field that is wrong, where it is no option; null: unknown
     */
    static ApiError badRequest(IllegalArgumentException cause, String usual) {
        String field = cause instanceof InvalidOptionException invalid ? INSTANCE.name(invalid.option()) : usual;
        return ApiError.badRequest(field, InvalidOptionException.message(cause, INSTANCE));
    }
}
