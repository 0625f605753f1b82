package io.github.gpt2djl.server;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.CorsHandler;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;

/** Checks to which host, from which page and with which key a request comes, before anything else of it is read. */
final class Guard {
    private final Access access;

    Guard(Access access) {
        this.access = access;
    }

    void protect(Router router) {
        router.route().handler(this::checkHost);
        if (!access.origins().isEmpty()) {
            router.route("/v1/*")
                    .handler(CorsHandler.create()
                            .addOrigins(access.origins())
                            .allowedMethod(HttpMethod.GET)
                            .allowedMethod(HttpMethod.POST)
                            .allowedHeader("Authorization")
                            .allowedHeader("Content-Type")
                            .exposedHeader(AccessLog.ID)
                            .exposedHeader("Retry-After"));
        }
        router.route("/v1/*").handler(this::authorize);
    }

    /** A page whose name its owner has pointed at this machine ("DNS rebinding") still sends its own name. */
    private void checkHost(RoutingContext routing) {
        routing.response().putHeader("X-Content-Type-Options", "nosniff");
        HostAndPort found = routing.request().authority();
        if (!access.hosts().isEmpty()
                && found != null
                && !access.hosts().contains(found.host().toLowerCase(Locale.ROOT))) {
            throw ApiError.of(
                    403,
                    "the Host is " + Fields.shown(found.host()) + ", expected one of "
                            + String.join(", ", access.hosts()) + "; the server's --allowed-host adds a name");
        }
        routing.next();
    }

    private void authorize(RoutingContext routing) {
        String found = String.valueOf(routing.request().getHeader("Authorization"));
        boolean bearer = found.regionMatches(true, 0, "Bearer ", 0, 7);
        byte[] key = (bearer ? found.substring(7).strip() : "").getBytes(StandardCharsets.UTF_8);
        // Compares with all keys, so that the time tells nothing.
        long equal = access.keys().stream()
                .filter(each -> MessageDigest.isEqual(each.getBytes(StandardCharsets.UTF_8), key))
                .count();
        if (!access.keys().isEmpty() && equal == 0) {
            throw ApiError.unauthorized();
        }
        routing.next();
    }
}
