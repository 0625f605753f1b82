package io.github.gpt2djl.server;

import io.github.gpt2djl.ContinuousBatch;
import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationRequest;
import io.github.gpt2djl.Token;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.ObjIntConsumer;

/** The prompts that run or wait in the batch, as many as may, counted by client. */
final class Line {
    private final ContinuousBatch batch;
    private final Clients prompts;
    private final int most;

    Line(ContinuousBatch batch, ServerOptions options) {
        this.batch = batch;
        most = Math.addExact(options.batchSize(), options.queue());
        prompts = new Clients(most, options.limits().clientQueue());
    }

    /**
     * Takes places for the prompts of a request, each of which is submitted then.
     *
     * @throws ApiError if there are too few
     */
    void take(String client, int count) {
        if (!prompts.takeReserved(client, count)) {
            throw ApiError.busy(prompts.held() + " prompts run or wait, expected at most " + most + " with the " + count
                    + " of this request; try again later");
        }
    }

    /** Submits a prompt, whose place is given back when its future has ended. */
    CompletableFuture<List<Generation>> submit(String client, GenerationRequest request, ObjIntConsumer<Token> tokens) {
        CompletableFuture<List<Generation>> result;
        try {
            result = batch.submit(client, request, tokens);
        } catch (RuntimeException | Error e) {
            result = CompletableFuture.failedFuture(e);
        }
        result.whenComplete((generations, failure) -> prompts.give(client));
        return result;
    }
}
