package io.github.gpt2djl.server;

import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.InsufficientMemoryException;
import io.github.gpt2djl.sampling.NoTokenLeftException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a failure means to the client: its own fault in the API's terms, the server's without details. */
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    /** The fields that can ban all tokens. */
    private static final List<GenerationOption<?>> BANS = List.of(
            GenerationOption.SUPPRESS_TOKENS,
            GenerationOption.BEGIN_SUPPRESS_TOKENS,
            GenerationOption.BAD_WORDS_IDS,
            GenerationOption.NO_REPEAT_NGRAM_SIZE);

    private Failures() {}

    /**
     * @param request null: it could not be read
     * @param id of the request
     */
    static ApiError of(Throwable cause, CompletionRequest request, Gpt2 gpt2, String id) {
        if (cause instanceof ApiError known) {
            return known;
        }
        if (cause instanceof RejectedExecutionException) {
            return ApiError.busy(cause.getMessage());
        }
        if (cause instanceof CancellationException) {
            return ApiError.of(503, "the server is shutting down");
        }
        if (cause instanceof InsufficientMemoryException) {
            LOG.warn("{} needs more memory than is free: {}", id, cause.getMessage());
            return ApiError.of(
                    503,
                    "there is not enough free memory for this request; ask for a smaller n or fewer tokens, or try"
                            + " again when fewer requests run");
        }
        if (cause instanceof IllegalArgumentException wrong) {
            return ApiTerms.badRequest(wrong, "prompt");
        }
        List<String> bans = request == null ? List.of() : bans(request);
        if (cause instanceof NoTokenLeftException && !bans.isEmpty()) {
            return ApiError.badRequest(
                    bans.get(0),
                    "no token is left that may follow: all "
                            + gpt2.config().vocabularySize() + " are banned by " + String.join(" and ", bans)
                            + "; allow at least one");
        }
        return unknown(cause, id);
    }

    /** A fault of the server's: the log says more than the client may know. */
    static ApiError unknown(Throwable cause, String id) {
        LOG.error("{} failed", id, cause);
        return ApiError.of(500, "the server failed to answer; its log says why under " + id);
    }

    private static List<String> bans(CompletionRequest request) {
        return BANS.stream()
                .filter(request.config()::isSet)
                .map(GenerationOption::key)
                .toList();
    }
}
