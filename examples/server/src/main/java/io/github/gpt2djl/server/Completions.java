package io.github.gpt2djl.server;

import io.github.gpt2djl.Generation;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Token;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;

/** {@code POST /v1/completions}: its prompts join the batch, and leave it when the client does. */
final class Completions implements Handler<RoutingContext> {
    private final Gpt2 gpt2;
    private final String model;
    private final Line line;
    private final ServerOptions options;
    private final Metrics metrics;
    private final TokenNames names;
    private final Scoring<Echo, Echo> scoring;
    /** Reads requests and writes whole answers, so that the event loop need not. */
    private final WorkerExecutor workers;

    Completions(
            Gpt2 gpt2,
            String model,
            Line line,
            ServerOptions options,
            Metrics metrics,
            Scoring<Echo, Echo> scoring,
            WorkerExecutor workers) {
        this.gpt2 = gpt2;
        this.model = model;
        this.line = line;
        this.options = options;
        this.metrics = metrics;
        names = TokenNames.of(gpt2);
        this.scoring = scoring;
        this.workers = workers;
    }

    @Override
    public void handle(RoutingContext routing) {
        new Exchange(routing).begin();
    }

    /** One request and its answer; on its event loop, but for what the workers read and write. */
    private final class Exchange {
        private final long arrived = System.nanoTime();
        private final RoutingContext routing;
        private final HttpServerResponse response;
        private final String client;
        private final Context context;
        /** Null until the request has been read. */
        private volatile ReadRequest read;

        private Answer answer;
        private final List<CompletableFuture<List<Generation>>> parts = new CopyOnWriteArrayList<>();
        private final List<Answer.Piece> beginnings = new ArrayList<>();
        private boolean hasToken;
        private volatile boolean ended;

        Exchange(RoutingContext routing) {
            this.routing = routing;
            response = routing.response();
            client = Clients.name(routing.request().remoteAddress());
            context = routing.vertx().getOrCreateContext();
        }

        void begin() {
            long limit = routing.vertx()
                    .setTimer(
                            options.timeout().toMillis(),
                            late -> fail(ApiError.timeout(options.timeout().toSeconds())));
            // Also when the client has left.
            routing.addEndHandler(done -> {
                routing.vertx().cancelTimer(limit);
                leave();
            });
            workers.executeBlocking(this::read, false)
                    .compose(this::score)
                    .compose(echoes -> workers.executeBlocking(() -> submit(echoes), false))
                    .onComplete(done -> {
                        if (done.failed()) {
                            fail(done.cause());
                        } else if (read.request().maxTokens() == 0) {
                            whole(List.of());
                        } else {
                            awaitAll();
                        }
                    });
        }

        private ReadRequest read() {
            requireClient();
            ReadRequest now = ReadRequest.read(routing, gpt2, model, options);
            answer = new Answer(gpt2, model, names, now.request(), now.sequences());
            read = now;
            return now;
        }

        private Future<List<Echo>> score(ReadRequest now) {
            CompletionRequest request = now.request();
            return request.isScored()
                    ? Future.fromCompletionStage(
                            scoring.submit(
                                    client, now.echoes(), echo -> echo.scored(gpt2, request.logprobs()), () -> ended),
                            context)
                    : Future.succeededFuture(now.echoes());
        }

        private Void submit(List<Echo> echoes) {
            requireClient();
            read = read.scored(echoes);
            metrics.promptTokens(read.promptTokens());
            if (read.request().maxTokens() == 0) {
                return null;
            }
            for (int index = 0; read.request().stream() && index < read.sequences(); index++) {
                beginnings.add(answer.begin(index, read.echo(index)));
            }
            line.take(client, echoes.size());
            for (int prompt = 0; prompt < echoes.size(); prompt++) {
                int first = prompt * read.request().n();
                CompletableFuture<List<Generation>> part = line.submit(
                        client,
                        read.encoded().get(prompt),
                        (token, copy) -> context.runOnContext(now -> token(first + copy, token)));
                parts.add(part);
                if (ended) {
                    part.cancel(false);
                }
            }
            return null;
        }

        private void awaitAll() {
            Future.fromCompletionStage(CompletableFuture.allOf(parts.toArray(CompletableFuture<?>[]::new)), context)
                    .onSuccess(all -> done())
                    .onFailure(this::fail);
        }

        private void requireClient() {
            if (ended) {
                throw new CancellationException("the client has left");
            }
        }

        private void token(int index, Token token) {
            if (ended) {
                return;
            }
            metrics.newToken();
            if (!hasToken) {
                hasToken = true;
                metrics.firstToken(System.nanoTime() - arrived);
                if (read.request().stream()) {
                    beginStream();
                }
            }
            if (read.request().stream()) {
                for (int same = 0; same < read.same(); same++) {
                    send(answer.piece(index + same).add(token), null);
                }
            }
        }

        private void beginStream() {
            response.setChunked(true)
                    .putHeader("Content-Type", "text/event-stream; charset=utf-8")
                    .putHeader("Cache-Control", "no-cache");
            beginnings.forEach(piece -> send(piece, null));
        }

        private void send(Answer.Piece piece, String reason) {
            if (reason != null || !piece.isEmpty()) {
                JsonObject event = answer.json(new JsonArray().add(piece.json(reason)));
                send(read.request().usage() ? event.put("usage", null) : event);
            }
        }

        private void send(JsonObject event) {
            response.write("data: " + event.encode() + "\n\n");
        }

        private void done() {
            if (ended) {
                return;
            }
            List<Generation> generations = parts.stream()
                    .flatMap(part -> part.join().stream())
                    .flatMap(each -> Collections.nCopies(read.same(), each).stream())
                    .toList();
            if (!read.request().stream()) {
                whole(generations);
                return;
            }
            for (int index = 0; index < generations.size(); index++) {
                send(answer.piece(index), Answer.reason(generations.get(index).finishReason()));
            }
            if (read.request().usage()) {
                send(answer.json(new JsonArray()).put("usage", Answer.usage(generations, read.promptTokens())));
            }
            response.end("data: [DONE]\n\n");
        }

        private void whole(List<Generation> generations) {
            workers.executeBlocking(() -> answer.whole(read, generations).toBuffer(), false)
                    .onComplete(written -> {
                        if (written.failed()) {
                            fail(written.cause());
                        } else if (!ended) {
                            response.putHeader("Content-Type", "application/json")
                                    .end(written.result());
                        }
                    });
        }

        private void fail(Throwable cause) {
            if (ended) {
                return;
            }
            CompletionRequest asked = read == null ? null : read.request();
            ApiError error = Failures.of(cause instanceof CompletionException ? cause.getCause() : cause, asked, gpt2);
            leave();
            if (response.headWritten()) {
                send(error.json());
                response.end();
            } else {
                routing.fail(error);
            }
        }

        /** What still runs of it leaves the batch. */
        private void leave() {
            ended = true;
            parts.forEach(part -> part.cancel(false));
        }
    }
}
