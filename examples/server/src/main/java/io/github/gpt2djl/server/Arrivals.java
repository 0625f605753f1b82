package io.github.gpt2djl.server;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/** The requests that have begun: their bodies come in time, and no more are in flight than may be. */
final class Arrivals implements Handler<RoutingContext> {
    private final Vertx vertx;
    private final Limits limits;
    private final Clients inFlight;

    Arrivals(Vertx vertx, Limits limits) {
        this.vertx = vertx;
        this.limits = limits;
        inFlight = new Clients(limits.requests(), limits.requestsOfAClient());
    }

    /** Ends a request whose body does not come in time. */
    void limitBody(RoutingContext routing) {
        HttpServerRequest request = routing.request();
        if (!request.isEnded()) {
            long timer = vertx.setTimer(limits.bodyTime().toMillis(), late -> tooSlow(routing));
            routing.addEndHandler(ended -> {
                if (request.isEnded()) {
                    vertx.cancelTimer(timer);
                }
            });
            request.end().onComplete(ended -> vertx.cancelTimer(timer));
        }
        routing.next();
    }

    private void tooSlow(RoutingContext routing) {
        if (routing.response().ended()) {
            routing.request().connection().close();
            return;
        }
        routing.response().putHeader("Connection", "close");
        routing.addEndHandler(sent -> routing.request().connection().close());
        routing.fail(ApiError.of(
                408,
                "the body was not complete within " + limits.bodyTime().toSeconds()
                        + " s, expected all of it by then; send it again, at once"));
    }

    /** Takes a request in, or refuses it before its body is read. */
    @Override
    public void handle(RoutingContext routing) {
        String client = Clients.name(routing.request().remoteAddress());
        if (!inFlight.take(client)) {
            routing.response().putHeader("Connection", "close");
            int own = inFlight.held(client);
            throw ApiError.busy("found " + inFlight.held() + " requests in flight, " + own
                    + " of them of this client, expected fewer than " + limits.requests() + " and "
                    + limits.requestsOfAClient() + "; try again later");
        }
        routing.addEndHandler(ended -> inFlight.give(client));
        routing.next();
    }
}
