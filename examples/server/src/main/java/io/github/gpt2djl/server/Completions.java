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
    /** The longest time without a sign of life before a stream's first token. */
    private static final long LONGEST_PAUSE_MILLIS = 15_000;

    private final Gpt2 gpt2;
    /** Names of the model, that of the answers first. */
    private final List<String> models;

    private final Line line;
    private final ServerOptions options;
    private final Metrics metrics;
    private final TokenNames names;
    private final Scoring<Echo, Echo> scoring;
    /** Reads requests and writes whole answers, so that the event loop need not. */
    private final WorkerExecutor workers;

    Completions(
            Gpt2 gpt2,
            List<String> models,
            Line line,
            ServerOptions options,
            Metrics metrics,
            Scoring<Echo, Echo> scoring,
            WorkerExecutor workers) {
        this.gpt2 = gpt2;
        this.models = models;
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
        private final EventStream stream;
        private final String client;
        private final Context context;
        /** Null until the request has been read. */
        private volatile ReadRequest read;

        private Answer answer;
        private final List<CompletableFuture<List<Generation>>> parts = new CopyOnWriteArrayList<>();
        private final List<Answer.Piece> beginnings = new ArrayList<>();
        private boolean hasToken;
        /** The prompts whose choices have been said to have ended. */
        private boolean[] finished = {};

        private volatile boolean ended;

        Exchange(RoutingContext routing) {
            this.routing = routing;
            response = routing.response();
            stream = new EventStream(routing);
            client = Clients.name(routing.request().remoteAddress());
            context = routing.vertx().getOrCreateContext();
        }

        void begin() {
            long limit = routing.vertx()
                    .setTimer(
                            options.timeout().toMillis(),
                            late -> fail(ApiError.timeout(options.timeout().toSeconds())));
            long pause = Math.min(LONGEST_PAUSE_MILLIS, options.timeout().toMillis() / 8);
            long waiting = routing.vertx().setPeriodic(pause, tick -> {
                if (!hasToken && !ended && read != null && read.request().stream()) {
                    stream.comment();
                }
            });
            // Also when the client has left.
            routing.addEndHandler(done -> {
                routing.vertx().cancelTimer(limit);
                routing.vertx().cancelTimer(waiting);
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
            ReadRequest now = ReadRequest.read(routing, gpt2, models, options);
            answer = new Answer(gpt2, models.get(0), names, now.request(), now.sequences());
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
            if (read.request().maxTokens() == 0) {
                metrics.promptTokens(read.promptTokens());
                return null;
            }
            for (int index = 0; read.request().stream() && index < read.sequences(); index++) {
                beginnings.add(answer.begin(index, read.echo(index)));
            }
            line.take(client, echoes.size());
            metrics.promptTokens(read.promptTokens());
            finished = new boolean[echoes.size()];
            for (int prompt = 0; prompt < echoes.size(); prompt++) {
                int first = prompt * read.request().n();
                CompletableFuture<List<Generation>> part = line.submit(
                        client,
                        read.encoded().get(prompt),
                        (token, copy) -> context.runOnContext(now -> token(first + copy, token)));
                parts.add(part);
                if (read.request().stream()) {
                    int number = prompt;
                    part.thenRun(() -> context.runOnContext(now -> finish(number)));
                }
                if (ended) {
                    part.cancel(false);
                }
            }
            return null;
        }

        private void awaitAll() {
            // Behind the tokens that still wait for their turn of the event loop.
            CompletableFuture.allOf(parts.toArray(CompletableFuture<?>[]::new))
                    .whenComplete((all, failure) -> context.runOnContext(now -> {
                        if (failure == null) {
                            done();
                        } else {
                            fail(failure);
                        }
                    }));
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
                beginnings.forEach(piece -> send(piece, null));
            }
            if (read.request().stream()) {
                for (int same = 0; same < read.same(); same++) {
                    send(answer.piece(index + same).add(token), null);
                }
            }
        }

        private void send(Answer.Piece piece, String reason) {
            if (reason != null || !piece.isEmpty()) {
                JsonObject event = answer.json(new JsonArray().add(piece.json(reason)));
                stream.send(read.request().usage() ? event.put("usage", null) : event);
            }
        }

        /** Says how the choices of a prompt have ended, as soon as all of them have. */
        private void finish(int prompt) {
            if (ended || finished[prompt]) {
                return;
            }
            finished[prompt] = true;
            List<Generation> generations = parts.get(prompt).join();
            int n = read.request().n();
            for (int copy = 0; copy < n; copy++) {
                Generation generation = generations.get(copy / read.same());
                send(answer.piece(prompt * n + copy), Answer.reason(generation.finishReason()));
            }
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
            for (int prompt = 0; prompt < finished.length; prompt++) {
                finish(prompt);
            }
            if (read.request().usage()) {
                stream.send(answer.json(new JsonArray()).put("usage", Answer.usage(generations, read.promptTokens())));
            }
            stream.end();
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
            Throwable own = cause instanceof CompletionException ? cause.getCause() : cause;
            ApiError error = Failures.of(own, asked, gpt2, AccessLog.id(routing));
            leave();
            if (response.headWritten()) {
                AccessLog.failed(routing, error);
                stream.send(error.json());
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
