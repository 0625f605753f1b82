package io.github.gpt2djl.server;

import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs a line for each request: method, path, status, milliseconds, the request's id and what went wrong. A request's
 * id is its header {@code X-Request-Id}, or a new one; the answer has the same header.
 */
final class AccessLog implements Handler<RoutingContext> {
    static final String ID = "X-Request-Id";

    private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);
    private static final String FAILURE = "failure";
    private static final int LONGEST_PATH = 200;

    @Override
    public void handle(RoutingContext routing) {
        long arrived = System.nanoTime();
        String told = routing.request().getHeader(ID);
        String id = told != null && told.matches("[A-Za-z0-9._-]{1,64}") ? told : "req-" + UUID.randomUUID();
        routing.put(ID, id).response().putHeader(ID, id);
        routing.addEndHandler(end -> {
            int status = status(routing, end.succeeded());
            String line =
                    routing.request().method() + " " + visible(routing.request().path()) + " " + status + " "
                            + (System.nanoTime() - arrived) / 1_000_000 + " ms " + id + problem(routing, status);
            if (status >= 500) {
                LOG.warn(line);
            } else {
                LOG.info(line);
            }
        });
        routing.next();
    }

    /** The request's id. */
    static String id(RoutingContext routing) {
        String id = routing.get(ID);
        return id == null ? "a request" : id;
    }

    /** Notes what went wrong, also where a stream has begun with status 200. */
    static void failed(RoutingContext routing, ApiError error) {
        routing.put(FAILURE, error);
    }

    /** The status that tells how a request ended; 499 if the client has left. */
    static int status(RoutingContext routing, boolean answered) {
        ApiError error = routing.get(FAILURE);
        if (error != null) {
            return error.status;
        }
        return answered ? routing.response().getStatusCode() : 499;
    }

    private static String problem(RoutingContext routing, int status) {
        ApiError error = routing.get(FAILURE);
        if (error != null) {
            return ": " + error.kind();
        }
        return status == 499 ? ": the client has left" : "";
    }

    /** A path without characters that would change the log, or the terminal that shows it. */
    private static String visible(String path) {
        StringBuilder shown = new StringBuilder();
        String text = String.valueOf(path);
        text.chars()
                .limit(LONGEST_PATH)
                .forEach(
                        c -> shown.append(c > ' ' && c < 127 ? String.valueOf((char) c) : String.format("\\u%04x", c)));
        return text.length() > LONGEST_PATH ? shown + "…" : shown.toString();
    }
}
