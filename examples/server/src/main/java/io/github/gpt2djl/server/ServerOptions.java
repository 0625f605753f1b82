package io.github.gpt2djl.server;

import io.github.gpt2djl.ContinuousBatch;
import java.time.Duration;

/**
 * What a server allows.
 *
 * @param host to listen at
 * @param port to listen at; 0: a free one
 * @param batchSize sequences that run at once
 * @param queue requests that may wait for a place
 * @param maxTokens the most new tokens of a sequence
 * @param maxBytes of a request
 * @param timeout of a request, waiting included
 * @param access who may use the server, and under which names
 * @param prefillChunk prompt tokens that are computed between two steps of running sequences
 * @param limits of a request's cost, and of what a client may hold
 */
record ServerOptions(
        String host,
        int port,
        int batchSize,
        int queue,
        int maxTokens,
        int maxBytes,
        Duration timeout,
        Access access,
        int prefillChunk,
        Limits limits) {
    /** Options with the library's own number of prompt tokens between two steps, and the usual limits. */
    ServerOptions(
            String host,
            int port,
            int batchSize,
            int queue,
            int maxTokens,
            int maxBytes,
            Duration timeout,
            String apiKey) {
        this(
                host,
                port,
                batchSize,
                queue,
                maxTokens,
                maxBytes,
                timeout,
                Access.of(apiKey),
                ContinuousBatch.DEFAULT_PREFILL_CHUNK,
                Limits.usual(queue));
    }
}
