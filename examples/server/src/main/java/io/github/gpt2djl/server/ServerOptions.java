package io.github.gpt2djl.server;

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
 * @param apiKey what {@code Authorization: Bearer} must say; empty: nothing
 */
record ServerOptions(
        String host,
        int port,
        int batchSize,
        int queue,
        int maxTokens,
        int maxBytes,
        Duration timeout,
        String apiKey) {}
