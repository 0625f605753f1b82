package io.github.gpt2djl.server;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/** Answers a request whose path cannot be decoded: the router would log a stack trace for it. */
record ReadablePath(Handler<HttpServerRequest> router) implements Handler<HttpServerRequest> {
    @Override
    public void handle(HttpServerRequest request) {
        if (isReadable(request.path())) {
            router.handle(request);
            return;
        }
        ApiError error = ApiError.of(400, "the path has a % that no two hexadecimal digits follow");
        request.response()
                .setStatusCode(error.status)
                .putHeader("Content-Type", "application/json")
                .end(error.json().toBuffer());
    }

    private static boolean isReadable(String path) {
        try {
            return path != null
                    && !URLDecoder.decode(path, StandardCharsets.UTF_8).isEmpty();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
