package io.github.gpt2djl.server;

import io.github.gpt2djl.ContinuousBatch;
import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.GenerationRequest;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.Token;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
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
    private final ContinuousBatch batch;
    private final ServerOptions options;
    private final Metrics metrics;
    private final TokenNames names;
    private final Scoring<Echo, Echo> scoring;
    /** Reads requests and writes whole answers, so that the event loop need not. */
    private final WorkerExecutor workers;
    /** The prompts that wait or run. */
    private final Clients prompts;

    Completions(
            Gpt2 gpt2,
            String model,
            ContinuousBatch batch,
            ServerOptions options,
            Metrics metrics,
            Scoring<Echo, Echo> scoring,
            WorkerExecutor workers) {
        this.gpt2 = gpt2;
        this.model = model;
        this.batch = batch;
        this.options = options;
        this.metrics = metrics;
        names = TokenNames.of(gpt2);
        this.scoring = scoring;
        this.workers = workers;
        int most = Math.addExact(options.batchSize(), options.queue());
        prompts = new Clients(most, options.limits().clientQueue());
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
        private volatile CompletionRequest request;

        private Answer answer;
        /** Choices of each prompt, and how many of them are computed: greedy ones are all the same. */
        private int copies;

        private int computed;
        /** The prompts, encoded once. */
        private final List<GenerationRequest> encoded = new ArrayList<>();

        private final List<CompletableFuture<List<Generation>>> parts = new CopyOnWriteArrayList<>();
        private List<Echo> echoes = List.of();
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
                    .compose(made -> workers.executeBlocking(() -> submit(made), false))
                    .onComplete(done -> {
                        if (done.failed()) {
                            fail(done.cause());
                        } else if (request.maxTokens() == 0) {
                            whole(List.of());
                        } else {
                            awaitAll();
                        }
                    });
        }

        private List<Echo> read() {
            requireClient();
            CompletionRequest read = CompletionRequest.read(Body.json(routing), model, options);
            copies = read.n();
            computed = read.config().get(GenerationOption.NUM_RETURN_SEQUENCES);
            List<Echo> made = new ArrayList<>();
            for (Prompt prompt : read.prompts()) {
                GenerationRequest one = read.encode(gpt2, prompt);
                encoded.add(one);
                made.add(new Echo(one.prompt().ids(), gpt2.text(prompt), List.of()));
            }
            Costs.checkAnswer(read, read.echo() ? tokens(made) : 0, options.limits());
            answer = new Answer(gpt2, model, names, read, Math.multiplyExact(encoded.size(), copies));
            request = read;
            return made;
        }

        private Future<List<Echo>> score(List<Echo> made) {
            if (!request.isScored()) {
                return Future.succeededFuture(made);
            }
            return Future.fromCompletionStage(
                    scoring.submit(client, made, echo -> echo.scored(gpt2, request.logprobs()), () -> ended), context);
        }

        private Void submit(List<Echo> made) {
            requireClient();
            echoes = made;
            metrics.promptTokens(tokens(echoes));
            if (request.maxTokens() == 0) {
                return null;
            }
            if (request.stream()) {
                for (int index = 0; index < copies * echoes.size(); index++) {
                    beginnings.add(answer.begin(index, echoes.get(index / copies)));
                }
            }
            if (!prompts.takeReserved(client, encoded.size())) {
                throw ApiError.busy(prompts.held() + " prompts run or wait, expected at most "
                        + (options.batchSize() + options.queue()) + " with the " + encoded.size()
                        + " of this request; try again later");
            }
            for (int prompt = 0; prompt < encoded.size(); prompt++) {
                join(prompt);
            }
            return null;
        }

        private void join(int prompt) {
            int first = prompt * copies;
            CompletableFuture<List<Generation>> part;
            try {
                part = batch.submit(
                        client,
                        encoded.get(prompt),
                        (token, copy) -> context.runOnContext(now -> token(first + copy, token)));
            } catch (RuntimeException | Error e) {
                part = CompletableFuture.failedFuture(e);
            }
            parts.add(part);
            part.whenComplete((generations, failure) -> prompts.give(client));
            if (ended) {
                part.cancel(false);
            }
        }

        private void awaitAll() {
            CompletableFuture.allOf(parts.toArray(CompletableFuture<?>[]::new))
                    .whenComplete((nothing, failure) -> context.runOnContext(now -> {
                        if (failure != null) {
                            fail(failure);
                        } else if (!ended) {
                            done();
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
                if (request.stream()) {
                    beginStream();
                }
            }
            if (request.stream()) {
                for (int same = 0; same < copies / computed; same++) {
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
                send(request.usage() ? event.put("usage", null) : event);
            }
        }

        private void send(JsonObject event) {
            response.write("data: " + event.encode() + "\n\n");
        }

        private void done() {
            List<Generation> generations = parts.stream()
                    .flatMap(part -> part.join().stream())
                    .flatMap(each -> Collections.nCopies(copies / computed, each).stream())
                    .toList();
            if (!request.stream()) {
                whole(generations);
                return;
            }
            for (int index = 0; index < generations.size(); index++) {
                send(answer.piece(index), Answer.reason(generations.get(index).finishReason()));
            }
            if (request.usage()) {
                send(answer.json(new JsonArray()).put("usage", Answer.usage(generations, tokens(echoes))));
            }
            response.end("data: [DONE]\n\n");
        }

        private void whole(List<Generation> generations) {
            workers.executeBlocking(() -> body(generations), false).onComplete(written -> {
                if (written.failed()) {
                    fail(written.cause());
                } else if (!ended) {
                    response.putHeader("Content-Type", "application/json").end(written.result());
                }
            });
        }

        private Buffer body(List<Generation> generations) {
            requireClient();
            JsonArray choices = new JsonArray();
            for (int index = 0; index < copies * echoes.size(); index++) {
                Answer.Piece piece = answer.begin(index, echoes.get(index / copies));
                String reason = "length";
                if (!generations.isEmpty()) {
                    generations.get(index).tokens().forEach(piece::add);
                    reason = Answer.reason(generations.get(index).finishReason());
                }
                choices.add(piece.json(reason));
            }
            return answer.json(choices)
                    .put("usage", Answer.usage(generations, tokens(echoes)))
                    .toBuffer();
        }

        private static int tokens(List<Echo> prompts) {
            return prompts.stream().mapToInt(echo -> echo.ids().size()).sum();
        }

        private void fail(Throwable cause) {
            if (ended) {
                return;
            }
            ApiError error =
                    Failures.of(cause instanceof CompletionException ? cause.getCause() : cause, request, gpt2);
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
