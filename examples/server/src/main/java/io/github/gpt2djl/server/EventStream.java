package io.github.gpt2djl.server;

import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/**
 * Server-sent events. A comment now and then tells proxies and clients that wait for the first token that the
 * connection lives. A client that does not read is disconnected.
 */
final class EventStream {
    /** The most bytes that wait for the client, beside what the operating system holds. */
    private static final int MOST_UNSENT = 1 << 18;

    private final RoutingContext routing;
    private final HttpServerResponse response;
    private boolean open;

    EventStream(RoutingContext routing) {
        this.routing = routing;
        response = routing.response();
    }

    void send(JsonObject event) {
        write("data: " + event.encode() + "\n\n");
    }

    void comment() {
        write(": waiting\n\n");
    }

    void end() {
        write("data: [DONE]\n\n");
        response.end();
    }

    private void write(String text) {
        if (response.ended() || response.closed()) {
            return;
        }
        if (!open) {
            open = true;
            response.setChunked(true)
                    .setWriteQueueMaxSize(MOST_UNSENT)
                    .putHeader("Content-Type", "text/event-stream; charset=utf-8")
                    .putHeader("Cache-Control", "no-cache")
                    // Tells nginx to pass each event on at once.
                    .putHeader("X-Accel-Buffering", "no");
        }
        response.write(text);
        if (response.writeQueueFull()) {
            AccessLog.failed(routing, ApiError.of(499, "the client does not read"));
            routing.request().connection().close();
        }
    }
}
