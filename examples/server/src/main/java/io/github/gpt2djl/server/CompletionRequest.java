package io.github.gpt2djl.server;

import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.Preset;
import io.github.gpt2djl.Prompt;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a client of {@code /v1/completions} wants.
 *
 * @param prompts at least one
 * @param config of all
 * @param maxTokens new tokens of each sequence; 0: the prompt is only scored
 * @param logprobs likeliest tokens to tell of at each place; -1: no log-probabilities
 * @param echo whether each text begins with its prompt
 * @param stream whether tokens are sent as they come
 * @param usage whether a stream ends with the number of tokens
 * @see <a href="https://platform.openai.com/docs/api-reference/completions">OpenAI's reference</a>
 */
record CompletionRequest(
        List<Prompt> prompts,
        GenerationConfig config,
        int maxTokens,
        int logprobs,
        boolean echo,
        boolean stream,
        boolean usage) {
    private static final int MOST_LOGPROBS = 5;

    private static final Map<Class<?>, String> EXPECTED = Map.of(
            String.class, "a text",
            Integer.class, "a whole number",
            Number.class, "a number",
            Boolean.class, "true or false",
            JsonObject.class, "an object");

    /** What OpenAI's API has a name of its own for. */
    private static final Set<GenerationOption<?>> RENAMED = Set.of(
            GenerationOption.DO_SAMPLE,
            GenerationOption.MAX_NEW_TOKENS,
            GenerationOption.MAX_LENGTH,
            GenerationOption.NUM_RETURN_SEQUENCES,
            GenerationOption.STOP_STRINGS,
            GenerationOption.TOP_LOGPROBS,
            GenerationOption.SEQUENCE_BIAS);

    /**
     * Reads a request; takes its fields out of the JSON.
     *
     * @throws ApiError if it is none
     */
    static CompletionRequest read(JsonObject json, String model, ServerOptions limits) {
        String asked = take(json, "model", model, String.class);
        if (!asked.equals(model)) {
            throw ApiError.unknownModel(asked, model);
        }
        List<Prompt> prompts = Prompts.read(json.remove("prompt"));
        int maxTokens = take(json, "max_tokens", 16, Integer.class);
        if (maxTokens < 0 || maxTokens > limits.maxTokens()) {
            throw ApiError.badRequest("max_tokens is " + maxTokens + ", expected 0 to " + limits.maxTokens());
        }
        int logprobs = take(json, "logprobs", -1, Integer.class);
        if (logprobs < -1 || logprobs > MOST_LOGPROBS) {
            throw ApiError.badRequest("logprobs is " + logprobs + ", expected 0 to " + MOST_LOGPROBS);
        }
        boolean echo = take(json, "echo", false, Boolean.class);
        boolean stream = take(json, "stream", false, Boolean.class);
        JsonObject streamOptions = take(json, "stream_options", new JsonObject(), JsonObject.class);
        if (!streamOptions.isEmpty() && !stream) {
            throw ApiError.badRequest("stream_options has no effect without stream; set stream, or leave it out");
        }
        boolean usage = take(streamOptions, "include_usage", false, Boolean.class);
        if (maxTokens == 0 && stream) {
            throw ApiError.badRequest("found max_tokens 0 and stream, expected only one of them: nothing will come");
        }
        int n = take(json, "n", 1, Integer.class);
        if (n < 1 || n > limits.batchSize()) {
            throw ApiError.badRequest("n is " + n + ", expected 1 to " + limits.batchSize());
        }
        rejectOthers(json, n);
        GenerationConfig config = config(json, n, Math.max(1, maxTokens), Math.max(0, logprobs));
        return new CompletionRequest(prompts, config, maxTokens, logprobs, echo, stream, usage);
    }

    /** Whether the prompts' own log-probabilities are asked for. */
    boolean isScored() {
        return echo && logprobs >= 0;
    }

    /** Whether special tokens are no part of a generated text: they are one in OpenAI's code for GPT-2. */
    boolean skipsSpecialTokens() {
        return config.get(GenerationOption.PRESET) != Preset.OPENAI;
    }

    /** Fields that are nobody's, or that this server does not have. */
    private static void rejectOthers(JsonObject json, int n) {
        int bestOf = take(json, "best_of", n, Integer.class);
        if (bestOf != n) {
            throw ApiError.badRequest("best_of is " + bestOf + ", expected n, which is " + n
                    + ": ask for more sequences with logprobs, and choose");
        }
        if (!take(json, "suffix", "", String.class).isEmpty()) {
            throw ApiError.badRequest("found a suffix, which GPT-2 cannot be given; leave it out");
        }
        // OpenAI's own bookkeeping: it changes nothing in the answer there either.
        json.remove("user");
    }

    /** The options of generation: OpenAI's in transformers' names, and transformers' own. */
    private static GenerationConfig config(JsonObject json, int n, int maxTokens, int logprobs) {
        double temperature = take(json, "temperature", 1, Number.class).doubleValue();
        JsonObject options = new JsonObject().put("max_new_tokens", maxTokens);
        if (logprobs > 0) {
            options.put("top_logprobs", logprobs);
        }
        if (temperature == 0) {
            // Of the API: the likeliest token, whatever these say.
            json.remove("top_p");
            json.remove("seed");
        } else {
            // No top-k unless asked for: the API draws from all tokens.
            options.put("do_sample", true).put("temperature", temperature).put("top_k", 0);
        }
        options.put("num_return_sequences", n);
        Object stop = json.remove("stop");
        if (stop != null) {
            options.put("stop_strings", stop);
        }
        JsonObject bias = take(json, "logit_bias", new JsonObject(), JsonObject.class);
        JsonArray biases = new JsonArray();
        bias.forEach(entry -> biases.add(
                new JsonArray().add(new JsonArray().add(entry.getKey())).add(entry.getValue())));
        if (!biases.isEmpty()) {
            options.put("sequence_bias", biases);
        }
        for (String key : json.fieldNames()) {
            GenerationOption<?> option = GenerationOption.find(key);
            if (option == null || RENAMED.contains(option) || !option.key().equals(key)) {
                throw ApiError.badRequest("found the field " + key + ", expected those of OpenAI's completions, or an"
                        + " option of generation by transformers' name that they have none for, like top_k");
            }
            if (json.getValue(key) != null) {
                options.put(key, json.getValue(key));
            }
        }
        try {
            return GenerationConfig.parse(options.encode());
        } catch (IllegalArgumentException e) {
            throw ApiError.badRequest((temperature == 0 ? "temperature 0 is greedy decoding: " : "") + inKeys(e));
        }
    }

    /** A message of the library, by the names that its options have in JSON. */
    private static String inKeys(IllegalArgumentException e) {
        String message = String.valueOf(e.getMessage());
        for (GenerationOption<?> option : GenerationOption.all()) {
            message = message.replaceAll("\\b" + option.name() + "\\b", option.key());
        }
        return message;
    }

    /** A field's value, which is not among the others any more; null means what leaving it out does. */
    private static <T> T take(JsonObject json, String key, T usual, Class<T> type) {
        Object value = json.remove(key);
        if (value == null) {
            return usual;
        }
        if (!type.isInstance(value)) {
            throw ApiError.badRequest(key + " is " + value + ", expected " + EXPECTED.get(type));
        }
        return type.cast(value);
    }
}
