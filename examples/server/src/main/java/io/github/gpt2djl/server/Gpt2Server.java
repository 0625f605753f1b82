package io.github.gpt2djl.server;

import io.github.gpt2djl.ContinuousBatch;
import io.github.gpt2djl.Gpt2;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.LoggerFormat;
import io.vertx.ext.web.handler.LoggerHandler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
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
    private final String model;
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
        // Of a folder its last name: who asks needs not know where it is.
        model = gpt2.name().contains("/") ? Path.of(gpt2.name()).getFileName().toString() : gpt2.name();
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
                .requestHandler(router)
                .listen());
    }

    int port() {
        return server.actualPort();
    }

    String model() {
        return model;
    }

    private Router router(Connections connections) {
        Router router = Router.router(vertx);
        Arrivals arrivals = new Arrivals(vertx, options.limits());
        router.route().handler(connections::keep);
        router.route().handler(arrivals::limitBody);
        router.route("/v1/*").handler(LoggerHandler.create(LoggerFormat.TINY));
        router.route("/v1/*").handler(this::authorize);
        router.get("/").handler(routing -> routing.reroute("/page.html"));
        PAGE.forEach(file -> router.get("/" + file)
                .handler(routing -> routing.response()
                        .putHeader("Content-Security-Policy", "default-src 'self'")
                        .sendFile("io/github/gpt2djl/server/" + file)));
        router.get("/health").handler(new Health(batch, options.timeout()));
        router.get("/metrics")
                .handler(routing -> routing.response()
                        .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                        .end(metrics.text()));
        router.get("/v1/models")
                .handler(routing -> routing.json(
                        new JsonObject().put("object", "list").put("data", new JsonArray().add(description()))));
        router.get("/v1/models/:model").handler(this::describe);
        router.post("/v1/completions").handler(this::count);
        router.post("/v1/completions").handler(arrivals);
        router.post("/v1/completions")
                .handler(BodyHandler.create(false).setBodyLimit(options.maxBytes()))
                .handler(new Completions(
                        gpt2,
                        model,
                        new Line(batch, options),
                        options,
                        metrics,
                        scoring,
                        vertx.createSharedWorkerExecutor("requests", 2)));
        router.route()
                .handler(routing -> routing.fail(ApiError.notFound(
                        routing.request().method() + " " + routing.request().path())));
        router.route().failureHandler(this::explain);
        return router;
    }

    private void count(RoutingContext routing) {
        long arrived = System.nanoTime();
        routing.addEndHandler(end ->
                metrics.ended(end.succeeded() ? routing.response().getStatusCode() : 499, System.nanoTime() - arrived));
        routing.next();
    }

    private void authorize(RoutingContext routing) {
        String found = String.valueOf(routing.request().getHeader("Authorization"));
        String expected = "Bearer " + options.apiKey();
        if (!options.apiKey().isEmpty()
                && !MessageDigest.isEqual(
                        found.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8))) {
            throw ApiError.unauthorized();
        }
        routing.next();
    }

    private void describe(RoutingContext routing) {
        String asked = routing.pathParam("model");
        if (!asked.equals(model)) {
            throw ApiError.unknownModel(asked, model);
        }
        routing.json(description());
    }

    private JsonObject description() {
        return new JsonObject()
                .put("id", model)
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
        if (error.status == 429) {
            routing.response().putHeader("Retry-After", String.valueOf(metrics.secondsOfARequest()));
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
        return Failures.unknown(routing.failure());
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
