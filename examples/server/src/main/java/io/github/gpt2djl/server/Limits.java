package io.github.gpt2djl.server;

import java.time.Duration;

/**
 * What one request may cost, and what one client may hold.
 *
 * @param connections open at once
 * @param requests in flight, from the end of their heads to the end of their answers
 * @param clientShare percent of the connections and of the requests in flight that one client may hold
 * @param clientQueue prompts of one client that may run or wait although the queue is full
 * @param headTime from a connection's beginning to the end of its first request's head
 * @param bodyTime from the end of a request's head to the end of its body
 * @param trace the most candidates of each traced token
 * @param biases the most entries of a field that biases or bans tokens
 * @param answerBytes the most bytes of an answer, as estimated before anything is computed
 */
record Limits(
        int connections,
        int requests,
        int clientShare,
        int clientQueue,
        Duration headTime,
        Duration bodyTime,
        int trace,
        int biases,
        int answerBytes) {
    /**
     * The limits of a server that is told none.
     *
     * @param queue prompts that may wait
     */
    static Limits usual(int queue) {
        return new Limits(
                1000,
                256,
                50,
                Math.max(1, queue / 2),
                Duration.ofSeconds(10),
                Duration.ofSeconds(20),
                20,
                1024,
                16_000_000);
    }

    /** The connections that one client may hold. */
    int connectionsOfAClient() {
        return share(connections);
    }

    /** The requests in flight that one client may have. */
    int requestsOfAClient() {
        return share(requests);
    }

    private int share(int all) {
        return (int) Math.max(1, (long) all * clientShare / 100);
    }
}
