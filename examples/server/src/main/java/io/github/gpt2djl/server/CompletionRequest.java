package io.github.gpt2djl.server;

import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.GenerationRequest;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Preset;
import io.github.gpt2djl.Prompt;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * What a client of {@code /v1/completions} wants.
 *
 * @param prompts at least one
 * @param config of all
 * @param n sequences of each prompt; in greedy decoding the same one
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
        int n,
        int maxTokens,
        int logprobs,
        boolean echo,
        boolean stream,
        boolean usage) {
    private static final int MOST_LOGPROBS = 5;

    /**
     * Reads a request; takes its fields out of the JSON.
     *
     * @throws ApiError if it is none
     */
    static CompletionRequest read(JsonObject json, List<String> names, ServerOptions limits) {
        Fields fields = new Fields(json);
        String asked = fields.take("model", names.get(0), String.class);
        if (!names.contains(asked)) {
            throw ApiError.unknownModel(asked, names);
        }
        List<Prompt> prompts = Prompts.read(json.remove("prompt"));
        int maxTokens = fields.whole("max_tokens", 16, 0, limits.maxTokens());
        int logprobs = fields.whole("logprobs", -1, 0, MOST_LOGPROBS);
        boolean echo = fields.take("echo", false, Boolean.class);
        boolean stream = fields.take("stream", false, Boolean.class);
        boolean usage = usage(fields.take("stream_options", new JsonObject(), JsonObject.class), stream);
        if (maxTokens == 0 && stream) {
            throw ApiError.badRequest(
                    "stream", "found max_tokens 0 and stream, expected only one of them: nothing will come");
        }
        int n = fields.whole("n", 1, 1, limits.batchSize());
        rejectOthers(fields, n);
        if (prompts.size() > limits.queue()) {
            throw ApiError.badRequest(
                    "prompt",
                    "found " + prompts.size() + " prompts, expected at most " + limits.queue()
                            + ", which this server lets wait");
        }
        GenerationConfig config = Options.read(fields, n, Math.max(1, maxTokens), Math.max(0, logprobs));
        Costs.check(config, limits.limits());
        return new CompletionRequest(prompts, config, n, maxTokens, logprobs, echo, stream, usage);
    }

    private static boolean usage(JsonObject streamOptions, boolean stream) {
        if (!streamOptions.isEmpty() && !stream) {
            throw ApiError.badRequest(
                    "stream_options", "stream_options has no effect without stream; set stream, or leave it out");
        }
        boolean usage = new Fields(streamOptions).take("include_usage", false, Boolean.class);
        if (!streamOptions.isEmpty()) {
            throw ApiError.badRequest(
                    "stream_options",
                    "stream_options has "
                            + Fields.shown(streamOptions.fieldNames().iterator().next())
                            + ", expected include_usage only; leave the field out");
        }
        return usage;
    }

    /** Whether the prompts' own log-probabilities are asked for. */
    boolean isScored() {
        return echo && logprobs >= 0;
    }

    /**
     * Encodes a prompt, and rejects one that cannot be followed, before anything is computed.
     *
     * @throws ApiError in the API's terms, where the library's advice would not help its clients
     * @throws IllegalArgumentException of the library
     */
    GenerationRequest encode(Gpt2 gpt2, Prompt prompt) {
        if (!gpt2.hasTokenizer() && prompt.text() != null && !prompt.text().isEmpty()) {
            throw ApiError.badRequest(
                    "prompt", "found a text, but the model has no tokenizer; expected ids, like [15496, 11]");
        }
        if (!gpt2.hasTokenizer() && config.isSet(GenerationOption.STOP_STRINGS)) {
            throw ApiError.badRequest("stop", "stop has no effect, as the model has no tokenizer; leave it out");
        }
        Costs.checkSlide(config, gpt2.config().positions());
        GenerationRequest encoded = gpt2.encode(new GenerationRequest(prompt, config));
        int ids = encoded.prompt().ids().size();
        if (isScored() && ids > gpt2.config().positions()) {
            throw ApiError.badRequest(
                    "prompt",
                    "the prompt has " + ids + " ids, but echo with logprobs takes at most "
                            + gpt2.config().positions() + ", the model's context");
        }
        return encoded;
    }

    /** Whether special tokens are no part of a generated text: they are one in OpenAI's code for GPT-2. */
    boolean skipsSpecialTokens() {
        return config.get(GenerationOption.PRESET) != Preset.OPENAI;
    }

    /** Fields that are nobody's, or that this server does not have. */
    private static void rejectOthers(Fields fields, int n) {
        Object bestOf = fields.json().remove("best_of");
        if (bestOf != null && !bestOf.equals(n)) {
            throw Fields.wrong(
                    "best_of", bestOf, "n, which is " + n + ": ask for more sequences with logprobs, and choose");
        }
        if (!fields.take("suffix", "", String.class).isEmpty()) {
            throw ApiError.badRequest("suffix", "found a suffix, which GPT-2 cannot be given; leave it out");
        }
        // OpenAI's own bookkeeping: it changes nothing in the answer there either.
        fields.take("user", "", String.class);
    }
}
