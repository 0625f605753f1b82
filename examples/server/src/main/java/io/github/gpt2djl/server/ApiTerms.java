package io.github.gpt2djl.server;

import io.github.gpt2djl.GenerationOption;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The library's messages in the terms of this API: its clients know fields, and no options of Java. */
final class ApiTerms {
    /** The options that OpenAI's API has a field of its own for. */
    static final Map<GenerationOption<?>, String> FIELDS = Map.of(
            GenerationOption.DO_SAMPLE, "temperature",
            GenerationOption.MAX_NEW_TOKENS, "max_tokens",
            GenerationOption.MAX_LENGTH, "max_tokens",
            GenerationOption.NUM_RETURN_SEQUENCES, "n",
            GenerationOption.STOP_STRINGS, "stop",
            GenerationOption.TOP_LOGPROBS, "logprobs",
            GenerationOption.SEQUENCE_BIAS, "logit_bias");

    private static final Map<Pattern, String> WORDS = words();

    private static final Pattern WORD = Pattern.compile("[a-z_]+");

    private ApiTerms() {}

    private static Map<Pattern, String> words() {
        Map<Pattern, String> words = new LinkedHashMap<>();
        words.put(Pattern.compile("doSample is false"), "temperature is 0");
        words.put(Pattern.compile("set doSample"), "set temperature");
        words.put(Pattern.compile("greedy decoding"), "temperature 0");
        words.put(Pattern.compile("\\bOPENAI\\b"), "openai");
        words.put(Pattern.compile("\\bHUGGING_FACE\\b"), "hugging-face");
        for (GenerationOption<?> option : GenerationOption.all()) {
            String field = FIELDS.getOrDefault(option, option.key());
            words.put(Pattern.compile("\\b(" + option.name() + "|" + option.key() + ")\\b"), field);
        }
        return words;
    }

    /**
     * What a request is rejected with.
     *
     * @param message of the library
     * @param usual the field that is wrong, if the message names none; null: unknown
     */
    static ApiError badRequest(String message, String usual) {
        String translated = message;
        for (Map.Entry<Pattern, String> word : WORDS.entrySet()) {
            translated = word.getKey().matcher(translated).replaceAll(word.getValue());
        }
        return ApiError.badRequest(field(translated, usual), translated);
    }

    /** The first field that a message names. */
    private static String field(String message, String usual) {
        Set<String> fields = new HashSet<>(List.of("prompt"));
        GenerationOption.all().forEach(option -> fields.add(FIELDS.getOrDefault(option, option.key())));
        return WORD.matcher(message)
                .results()
                .map(found -> found.group())
                .filter(fields::contains)
                .findFirst()
                .orElse(usual);
    }
}
