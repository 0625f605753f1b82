package io.github.gpt2djl.server;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.Map;

/**
 * The open connections. More than may be open are closed at once, as is one that does not end the head of its first
 * request in time, and one that has been without a request for long.
 */
final class Connections implements Handler<HttpConnection> {
    /** How long a connection may wait for its next request: as in nginx, longer than clients keep one. */
    private static final long KEPT_MILLIS = 75_000;

    private final Vertx vertx;
    private final Limits limits;
    private final Clients open;
    /** The timers of the connections without a request. On the event loop, as all that happens here. */
    private final Map<HttpConnection, Long> silent = new HashMap<>();

    Connections(Vertx vertx, Limits limits) {
        this.vertx = vertx;
        this.limits = limits;
        open = new Clients(limits.connections(), limits.connectionsOfAClient());
    }

    @Override
    public void handle(HttpConnection connection) {
        String client = Clients.name(connection.remoteAddress());
        if (!open.take(client)) {
            connection.close();
            return;
        }
        wait(connection, limits.headTime().toMillis());
        connection.closeHandler(closed -> {
            open.give(client);
            stop(connection);
        });
    }

    /** A request has begun, whose own limits count until its answer has ended. */
    void keep(RoutingContext routing) {
        HttpConnection connection = routing.request().connection();
        stop(connection);
        routing.addEndHandler(ended -> {
            if (ended.succeeded()) {
                wait(connection, KEPT_MILLIS);
            }
        });
        routing.next();
    }

    private void wait(HttpConnection connection, long millis) {
        stop(connection);
        silent.put(connection, vertx.setTimer(millis, late -> {
            silent.remove(connection);
            connection.close();
        }));
    }

    private void stop(HttpConnection connection) {
        Long timer = silent.remove(connection);
        if (timer != null) {
            vertx.cancelTimer(timer);
        }
    }
}
