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
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

/** {@code POST /v1/completions}: its prompts join the batch, and leave it when the client does. */
final class Completions implements Handler<RoutingContext> {
    private final Gpt2 gpt2;
    private final String model;
    private final ContinuousBatch batch;
    private final ServerOptions options;
    private final Metrics metrics;
    private final TokenNames names;
    /** Echoed prompts are scored one after the other, beside the batch. */
    private final WorkerExecutor scoring;

    private final AtomicInteger waiting = new AtomicInteger();

    Completions(
            Gpt2 gpt2,
            String model,
            ContinuousBatch batch,
            ServerOptions options,
            Metrics metrics,
            WorkerExecutor scoring) {
        this.gpt2 = gpt2;
        this.model = model;
        this.batch = batch;
        this.options = options;
        this.metrics = metrics;
        names = TokenNames.of(gpt2);
        this.scoring = scoring;
    }

    @Override
    public void handle(RoutingContext routing) {
        new Exchange(routing, CompletionRequest.read(Body.json(routing), model, options)).begin();
    }

    /** One request and its answer; all but the beginning is on its event loop. */
    private final class Exchange {
        private final long arrived = System.nanoTime();
        private final RoutingContext routing;
        private final HttpServerResponse response;
        private final CompletionRequest request;
        private final Context context;
        private final Answer answer;
        /** Choices of each prompt, and how many of them are computed: greedy ones are all the same. */
        private final int copies;

        private final int computed;
        private final List<CompletableFuture<List<Generation>>> parts = new ArrayList<>();
        private List<Echo> echoes = List.of();
        private boolean hasToken;
        private volatile boolean ended;

        Exchange(RoutingContext routing, CompletionRequest request) {
            this.routing = routing;
            this.request = request;
            response = routing.response();
            context = routing.vertx().getOrCreateContext();
            copies = request.n();
            computed = request.config().get(GenerationOption.NUM_RETURN_SEQUENCES);
            int sequences = Math.multiplyExact(request.prompts().size(), copies);
            if (request.prompts().size() > options.queue()) {
                throw ApiError.badRequest(
                        "prompt",
                        "found " + request.prompts().size() + " prompts, expected at most " + options.queue()
                                + ", which this server lets wait");
            }
            answer = new Answer(gpt2, model, names, request, sequences);
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
            Future<List<Echo>> made;
            if (!request.isScored()) {
                made = routing.vertx().executeBlocking(this::echoes, false);
            } else if (waiting.incrementAndGet() <= options.queue()) {
                made = scoring.executeBlocking(this::echoes);
            } else {
                made = Future.failedFuture(ApiError.busy("too many prompts wait to be scored; try again later"));
            }
            made.onComplete(done -> {
                if (request.isScored()) {
                    waiting.decrementAndGet();
                }
                if (done.succeeded()) {
                    submit(done.result());
                } else {
                    fail(done.cause());
                }
            });
        }

        private List<Echo> echoes() {
            if (ended) {
                return List.of();
            }
            for (Prompt prompt : request.prompts()) {
                request.check(gpt2, prompt);
            }
            return request.prompts().stream()
                    .map(prompt -> Echo.of(gpt2, prompt, request))
                    .toList();
        }

        private void submit(List<Echo> made) {
            if (ended) {
                return;
            }
            echoes = made;
            metrics.promptTokens(promptTokens());
            if (request.maxTokens() == 0) {
                whole(List.of());
                return;
            }
            try {
                for (int prompt = 0; prompt < request.prompts().size(); prompt++) {
                    int first = prompt * copies;
                    GenerationRequest one =
                            new GenerationRequest(request.prompts().get(prompt), request.config());
                    parts.add(batch.submit(
                            one, (token, copy) -> context.runOnContext(now -> token(first + copy, token))));
                }
            } catch (RuntimeException | Error e) {
                fail(e);
                return;
            }
            CompletableFuture.allOf(parts.toArray(CompletableFuture<?>[]::new))
                    .whenComplete((nothing, failure) -> context.runOnContext(now -> {
                        if (failure != null) {
                            fail(failure);
                        } else if (!ended) {
                            done();
                        }
                    }));
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
            for (int index = 0; index < copies * echoes.size(); index++) {
                send(answer.begin(index, echoes.get(index / copies)), null);
            }
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
                send(answer.json(new JsonArray()).put("usage", Answer.usage(generations, promptTokens())));
            }
            response.end("data: [DONE]\n\n");
        }

        private void whole(List<Generation> generations) {
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
            routing.json(answer.json(choices).put("usage", Answer.usage(generations, promptTokens())));
        }

        private int promptTokens() {
            return echoes.stream().mapToInt(echo -> echo.ids().size()).sum();
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
