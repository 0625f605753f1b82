package io.github.gpt2djl.server;

import io.github.gpt2djl.ContinuousBatch;
import io.github.gpt2djl.Gpt2;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * GPT-2 behind OpenAI's API for completions; requests in flight share one batch.
 *
 * <p>Takes over the model: closing the server closes it.
 */
final class Gpt2Server implements AutoCloseable {
    private static final List<String> PAGE = List.of("page.html", "page.css", "page.js", "explain.js", "page.svg");

    private final Gpt2 gpt2;
    /** Of the model: the name that answers have, then its aliases. */
    private final List<String> names;

    private final ServerOptions options;
    private final ContinuousBatch batch;
    private final Scoring<Echo, Echo> scoring;
    private final Metrics metrics;
    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;
    private final long started = System.currentTimeMillis() / 1000;

    /** Starts listening. */
    Gpt2Server(Gpt2 gpt2, ServerOptions options) {
        this.gpt2 = gpt2;
        this.options = options;
        names = names(gpt2, options.access());
        // Prompts are counted before they come here.
        batch = new ContinuousBatch(gpt2, options.batchSize(), Integer.MAX_VALUE, options.prefillChunk());
        scoring = new Scoring<>(options.queue());
        metrics = new Metrics(batch, gpt2);
        HttpServerOptions http = new HttpServerOptions()
                .setHost(options.host())
                .setPort(options.port())
                // Draining sends GOAWAY over HTTP/2, at which Java's own client gives up running streams.
                .setHttp2ClearTextEnabled(false)
                // Later than the limit of a request: who does not read, or says nothing, holds no memory for ever.
                .setIdleTimeout((int) options.timeout().toSeconds() + 10);
        Connections connections = new Connections(vertx, options.limits());
        Router router = router(connections);
        server = await(vertx.createHttpServer(http)
                .connectionHandler(connections)
                .requestHandler(new ReadablePath(router))
                .listen());
    }

    int port() {
        return server.actualPort();
    }

    private static List<String> names(Gpt2 gpt2, Access access) {
        List<String> names = new ArrayList<>();
        names.add(access.name().isEmpty() ? Access.nameOf(gpt2.name()) : access.name());
        names.addAll(access.aliases());
        return names.stream().distinct().toList();
    }

    String model() {
        return names.get(0);
    }

    private Router router(Connections connections) {
        Router router = Router.router(vertx);
        Arrivals arrivals = new Arrivals(vertx, options.limits());
        router.route().handler(connections::keep);
        router.route().handler(arrivals::limitBody);
        router.route("/v1/*").handler(new AccessLog());
        new Guard(options.access()).protect(router);
        get(router, "/", routing -> routing.reroute("/page.html"));
        PAGE.forEach(file -> get(
                router,
                "/" + file,
                routing -> routing.response()
                        .putHeader("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'")
                        .sendFile("io/github/gpt2djl/server/" + file)));
        get(router, "/health", new Health(batch, options.timeout()));
        get(
                router,
                "/metrics",
                routing -> routing.response()
                        .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                        .end(metrics.text()));
        get(
                router,
                "/v1/models",
                routing -> routing.json(new JsonObject()
                        .put("object", "list")
                        .put(
                                "data",
                                new JsonArray(
                                        names.stream().map(this::description).toList()))));
        // A name has slashes: org/name.
        get(router, "/v1/models/*", this::describe);
        router.post("/v1/completions").handler(this::count);
        router.post("/v1/completions").handler(arrivals);
        router.post("/v1/completions")
                .handler(BodyHandler.create(false).setBodyLimit(options.maxBytes()))
                .handler(new Completions(
                        gpt2,
                        names,
                        new Line(batch, options),
                        options,
                        metrics,
                        scoring,
                        vertx.createSharedWorkerExecutor("requests", 2)));
        allow(router, "/v1/completions", "POST");
        router.route()
                .handler(routing -> routing.fail(ApiError.notFound(
                        routing.request().method() + " " + routing.request().path())));
        router.route().failureHandler(this::explain);
        return router;
    }

    private static void get(Router router, String path, Handler<RoutingContext> handler) {
        router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD).handler(handler);
        allow(router, path, "GET, HEAD");
    }

    /** Refuses the other methods of a path. */
    private static void allow(Router router, String path, String methods) {
        router.route(path).handler(routing -> {
            routing.response().putHeader("Allow", methods);
            throw ApiError.wrongMethod(routing.request().method().name(), methods);
        });
    }

    private void count(RoutingContext routing) {
        long arrived = System.nanoTime();
        routing.addEndHandler(
                end -> metrics.ended(AccessLog.status(routing, end.succeeded()), System.nanoTime() - arrived));
        routing.next();
    }

    private void describe(RoutingContext routing) {
        String asked = routing.pathParam("*");
        if (!names.contains(asked)) {
            throw ApiError.unknownModel(asked, names);
        }
        routing.json(description(asked));
    }

    private JsonObject description(String name) {
        return new JsonObject()
                .put("id", name)
                .put("object", "model")
                .put("created", started)
                .put("owned_by", "gpt2-djl");
    }

    private void explain(RoutingContext routing) {
        if (routing.response().closed()) {
            // The client has left, and so there is nobody to tell, and no fault of the server's to log.
            return;
        }
        ApiError error = error(routing);
        AccessLog.failed(routing, error);
        if (error.status == 429) {
            // The mean time of a request for each batch that waits, this request's own included.
            long batches = 1 + batch.waiting() / options.batchSize();
            long wait = Math.min(options.timeout().toSeconds(), batches * metrics.secondsOfARequest());
            routing.response().putHeader("Retry-After", String.valueOf(wait));
        } else if (error.status == 504) {
            // OpenAI's clients would repeat the request three times, which the server has no time for.
            routing.response().putHeader("x-should-retry", "false");
        }
        if (!routing.response().ended()) {
            routing.response().setStatusCode(error.status);
            routing.json(error.json());
        }
    }

    private ApiError error(RoutingContext routing) {
        if (routing.failure() instanceof ApiError known) {
            return known;
        }
        int status = routing.statusCode();
        if (status == 413) {
            return ApiError.of(413, "the request is too large, expected at most " + options.maxBytes() + " bytes");
        }
        if (status >= 400 && status < 500) {
            return ApiError.of(status, "the request cannot be read");
        }
        return Failures.unknown(routing.failure(), AccessLog.id(routing));
    }

    /**
     * Accepts no request any more, and waits for those that run.
     *
     * @return whether all have ended
     */
    boolean drain(Duration most) {
        try {
            server.shutdown(most.toMillis(), TimeUnit.MILLISECONDS)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(most.toMillis() + 1000, TimeUnit.MILLISECONDS);
            return batch.drain(Duration.ofSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }

    /** Says how many prompts run and wait. */
    String unfinished() {
        return batch.running() + " running sequences and " + batch.waiting() + " waiting prompts";
    }

    /** Ends all at once. */
    @Override
    public void close() {
        batch.close();
        scoring.close();
        await(vertx.close());
        metrics.close();
        gpt2.close();
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }
}
