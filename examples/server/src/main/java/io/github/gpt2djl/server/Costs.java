package io.github.gpt2djl.server;

import io.github.gpt2djl.ContextPolicy;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationOption;

/** What a request may cost, which is checked before anything of it is computed. */
final class Costs {
    /** Bytes of JSON: measured ones of a token's text, of a log-probability, and of a trace with five rules, and some. */
    private static final int TOKEN = 8;

    private static final int LOGPROB = 32;
    private static final int TRACE = 1000;
    private static final int CANDIDATE = 170;

    private Costs() {}

    /**
     * Checks the options of a request.
     *
     * @throws ApiError if the request asks for more than the limits allow
     */
    static void check(GenerationConfig config, Limits limits) {
        atMost("trace", config.get(GenerationOption.TRACE), limits.trace(), "candidates of each token");
        atMost("logit_bias", config.get(GenerationOption.SEQUENCE_BIAS).size(), limits.biases(), "tokens");
        atMost("bad_words_ids", config.get(GenerationOption.BAD_WORDS_IDS).size(), limits.biases(), "lists of ids");
    }

    /**
     * Checks how large an answer can become.
     *
     * @param request to be answered
     * @param echoed ids that the answer repeats
     * @throws ApiError if the estimate is beyond the limit
     */
    static void checkAnswer(CompletionRequest request, long echoed, Limits limits) {
        int trace = request.config().get(GenerationOption.TRACE);
        long scored = request.logprobs() < 0 ? 0 : LOGPROB * (2L + request.logprobs());
        long token = TOKEN + scored + (trace > 0 ? TRACE + (long) CANDIDATE * trace : 0);
        long sequences = (long) request.prompts().size() * request.n();
        long bytes = sequences * request.maxTokens() * token + request.n() * echoed * (TOKEN + scored);
        if (bytes > limits.answerBytes()) {
            throw ApiError.badRequest(
                    request.maxTokens() > 0 ? "max_tokens" : "prompt",
                    sequences + " sequences of up to " + request.maxTokens() + " tokens can give about " + bytes
                            + " bytes, expected at most " + limits.answerBytes()
                            + "; lower max_tokens, n, logprobs or trace, or send fewer prompts");
        }
    }

    /**
     * Checks that a sliding text does not compute its context again for each token.
     *
     * @throws ApiError if more than half of the context is kept
     */
    static void checkSlide(GenerationConfig config, int positions) {
        ContextPolicy policy = config.get(GenerationOption.CONTEXT_POLICY);
        if (policy.keep() > positions / 2 && policy.keep() < positions) {
            throw ApiError.badRequest(
                    "context_policy",
                    "context_policy is slide:" + policy.keep() + ", expected at most slide:" + positions / 2
                            + ", half of the model's context: what is kept is computed again each time");
        }
    }

    private static void atMost(String field, int found, int most, String what) {
        if (found > most) {
            throw ApiError.badRequest(
                    field, field + " has " + found + " " + what + ", expected at most " + most + "; send fewer");
        }
    }
}
