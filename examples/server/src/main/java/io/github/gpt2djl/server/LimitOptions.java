package io.github.gpt2djl.server;

import java.time.Duration;
import picocli.CommandLine.Option;

/** The command's options for {@link Limits}. */
final class LimitOptions {
    @Option(
            names = "--max-connections",
            defaultValue = "1000",
            description = "Open connections; more are closed at once. Default: ${DEFAULT-VALUE}.")
    private int connections;

    @Option(
            names = "--max-requests",
            defaultValue = "256",
            description = "Requests in flight, those that still send their body included; more get status 429."
                    + " Default: ${DEFAULT-VALUE}.")
    private int requests;

    @Option(
            names = "--client-share",
            paramLabel = "PERCENT",
            defaultValue = "50",
            description = "Percent of --max-connections and of --max-requests that one client may hold, which is one"
                    + " address. Behind a proxy: 100. Default: ${DEFAULT-VALUE}.")
    private int clientShare;

    @Option(
            names = "--client-queue",
            description = "Prompts of one client that may run or wait although others fill the queue. Default:"
                    + " half of --queue, at least 1.")
    private Integer clientQueue;

    @Option(
            names = "--header-timeout",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "Seconds for the head of a connection's first request. Default: ${DEFAULT-VALUE}.")
    private int headTime;

    @Option(
            names = "--body-timeout",
            paramLabel = "SECONDS",
            defaultValue = "20",
            description = "Seconds for the body of a request; later ones get status 408. Default: ${DEFAULT-VALUE}.")
    private int bodyTime;

    @Option(
            names = "--max-trace",
            defaultValue = "20",
            description = "The most candidates that a request's trace shows of each token. Default: ${DEFAULT-VALUE}.")
    private int trace;

    @Option(
            names = "--max-biases",
            defaultValue = "1024",
            description = "The most entries of logit_bias, and of bad_words_ids. Default: ${DEFAULT-VALUE}.")
    private int biases;

    @Option(
            names = "--max-answer-bytes",
            defaultValue = "16000000",
            description = "The largest answer, estimated from n, max_tokens, logprobs and trace; a request for more"
                    + " gets status 400. Default: ${DEFAULT-VALUE}.")
    private int answerBytes;

    /**
     * The limits.
     *
     * @param queue prompts that may wait
     * @throws IllegalArgumentException if one is out of range
     */
    Limits limits(int queue) {
        int queueOfAClient = clientQueue == null ? Limits.usual(queue).clientQueue() : clientQueue;
        Serve.atLeast("--max-connections", connections, 1);
        Serve.atLeast("--max-requests", requests, 1);
        Serve.atLeast("--client-share", clientShare, 1);
        Serve.atLeast("--client-queue", queueOfAClient, 1);
        Serve.atLeast("--header-timeout", headTime, 1);
        Serve.atLeast("--body-timeout", bodyTime, 1);
        Serve.atLeast("--max-trace", trace, 0);
        Serve.atLeast("--max-biases", biases, 0);
        Serve.atLeast("--max-answer-bytes", answerBytes, 1000);
        if (clientShare > 100) {
            throw new IllegalArgumentException("--client-share is " + clientShare + ", expected 1 to 100 percent");
        }
        if (queueOfAClient > queue) {
            throw new IllegalArgumentException(
                    "--client-queue is " + queueOfAClient + ", expected at most --queue, which is " + queue);
        }
        return new Limits(
                connections,
                requests,
                clientShare,
                queueOfAClient,
                Duration.ofSeconds(headTime),
                Duration.ofSeconds(bodyTime),
                trace,
                biases,
                answerBytes);
    }

    /**
     * The most bytes of a request.
     *
     * @param told by the user; 0: nothing
     * @param positions of the model's context
     * @throws IllegalArgumentException if all bodies in flight would fill half of the heap
     */
    int bodyBytes(int told, int positions) {
        // Sixteen prompts of the context's size, at 16 bytes a token: ids in JSON take up to 8, English text 4.
        long most = told > 0 ? told : Math.max(100_000, 256L * positions);
        long room = Runtime.getRuntime().maxMemory() / 2;
        if (most * requests > room) {
            throw new IllegalArgumentException("--max-requests " + requests + " with bodies of up to " + most
                    + " bytes can fill " + most * requests + " bytes, expected at most " + room
                    + ", half of Java's heap; lower --max-requests or --max-bytes, or raise -Xmx");
        }
        return (int) most;
    }
}
