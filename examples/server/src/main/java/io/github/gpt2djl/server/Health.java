package io.github.gpt2djl.server;

import io.github.gpt2djl.ContinuousBatch;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/** {@code GET /health}: whether the batch computes, and the event loop turns. */
final class Health implements Handler<RoutingContext> {
    private static final long TICK_MILLIS = 500;

    private final ContinuousBatch batch;
    private final Duration most;
    /** When the event loop last ticked; 0: it has not been asked to yet. */
    private long ticked;
    /** The latest delay of a tick. */
    private Duration late = Duration.ZERO;

    /** @param most time that a step, or a turn of the event loop, may take */
    Health(ContinuousBatch batch, Duration most) {
        this.batch = batch;
        this.most = most;
    }

    /** From the first question on: only then it is the event loop of the requests that ticks. */
    private void tick(Vertx vertx) {
        if (ticked != 0) {
            return;
        }
        ticked = System.nanoTime();
        vertx.setPeriodic(TICK_MILLIS, tick -> {
            long now = System.nanoTime();
            late = Duration.ofNanos(Math.max(0, now - ticked - TICK_MILLIS * 1_000_000));
            ticked = now;
        });
    }

    @Override
    public void handle(RoutingContext routing) {
        tick(routing.vertx());
        Duration step = batch.currentStep();
        String wrong = null;
        if (!batch.isAlive()) {
            wrong = "the batch's thread has ended; start the server again";
        } else if (step.compareTo(most) > 0) {
            wrong = "the batch's step has taken " + step.toSeconds() + " s, expected at most " + most.toSeconds();
        } else if (late.compareTo(most) > 0) {
            wrong = "the event loop was " + late.toSeconds() + " s late, expected at most " + most.toSeconds();
        }
        routing.response().setStatusCode(wrong == null ? 200 : 503);
        routing.json(new JsonObject()
                .put("status", wrong == null ? "ok" : wrong)
                .put("step_seconds", step.toMillis() / 1e3)
                .put("event_loop_late_seconds", late.toMillis() / 1e3));
    }
}
