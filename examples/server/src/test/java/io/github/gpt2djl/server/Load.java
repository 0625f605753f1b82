package io.github.gpt2djl.server;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Many clients at once, each with one request after the other, against a server on this machine; not a test, which
 * would not measure time.
 *
 * <p>Arguments: port, clients, seconds, the most new tokens of a request (it takes half of them to all), true to stream,
 * and the ids of each prompt.
 */
final class Load {
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http;
    private final int port;
    private final long end;
    private final int mostTokens;
    private final boolean stream;
    private final int promptTokens;
    private final Map<Integer, AtomicLong> statuses = new ConcurrentSkipListMap<>();
    private final ConcurrentLinkedQueue<Long> firstTokens = new ConcurrentLinkedQueue<>();
    private final AtomicLong tokens = new AtomicLong();
    private final CountDownLatch clients;

    private Load(int port, int clients, int seconds, int mostTokens, boolean stream, int promptTokens) {
        this.port = port;
        this.mostTokens = mostTokens;
        this.stream = stream;
        this.promptTokens = promptTokens;
        this.clients = new CountDownLatch(clients);
        http = vertx.createHttpClient(new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(clients));
        end = System.nanoTime() + seconds * 1_000_000_000L;
    }

    /** Runs it, and prints what came back. */
    public static void main(String[] a) throws InterruptedException {
        int clients = Integer.parseInt(a[1]);
        Load load = new Load(
                Integer.parseInt(a[0]),
                clients,
                Integer.parseInt(a[2]),
                Integer.parseInt(a[3]),
                Boolean.parseBoolean(a[4]),
                Integer.parseInt(a[5]));
        long start = System.nanoTime();
        for (int client = 0; client < clients; client++) {
            load.next(new SplittableRandom(client));
        }
        load.clients.await();
        double seconds = (System.nanoTime() - start) / 1e9;
        long[] first =
                load.firstTokens.stream().mapToLong(Long::longValue).sorted().toArray();
        System.out.printf(
                Locale.ROOT,
                "%s requests by status, %.0f s, %.0f new tokens/s%s%n",
                load.statuses,
                seconds,
                load.tokens.get() / seconds,
                first.length == 0
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                "; first token: median %.0f ms, p99 %.0f ms",
                                first[first.length / 2] / 1e6,
                                first[first.length * 99 / 100] / 1e6));
        load.vertx.close();
    }

    private void next(SplittableRandom random) {
        if (System.nanoTime() > end) {
            clients.countDown();
            return;
        }
        long start = System.nanoTime();
        int[] prompt = random.ints(promptTokens, 0, 2000).toArray();
        JsonObject json = new JsonObject()
                .put("prompt", Arrays.stream(prompt).boxed().toList())
                .put("max_tokens", random.nextInt(mostTokens / 2, mostTokens + 1))
                .put("top_k", 50)
                .put("top_p", 0.95)
                .put("seed", random.nextInt(Integer.MAX_VALUE));
        if (stream) {
            json.put("stream", true).put("stream_options", new JsonObject().put("include_usage", true));
        }
        http.request(HttpMethod.POST, port, "127.0.0.1", "/v1/completions")
                .compose(request ->
                        request.putHeader("Content-Type", "application/json").send(json.encode()))
                .compose(response -> {
                    statuses.computeIfAbsent(response.statusCode(), status -> new AtomicLong())
                            .incrementAndGet();
                    if (response.statusCode() != 200) {
                        return response.body().map(0L);
                    }
                    long[] count = {0};
                    StringBuilder tail = new StringBuilder();
                    boolean[] begun = {false};
                    response.handler(part -> {
                        if (!begun[0] && stream) {
                            begun[0] = true;
                            firstTokens.add(System.nanoTime() - start);
                        }
                        tail.append(part);
                        tail.delete(0, Math.max(0, tail.length() - 1000));
                    });
                    return response.end().map(nothing -> {
                        int at = tail.indexOf("completion_tokens\":") + "completion_tokens\":".length();
                        count[0] = Long.parseLong(tail.substring(at, tail.indexOf(",", at)));
                        return count[0];
                    });
                })
                .onComplete(done -> {
                    if (done.failed()) {
                        // Counted as no status at all: there must be none.
                        statuses.computeIfAbsent(0, status -> new AtomicLong()).incrementAndGet();
                        System.err.println(done.cause());
                    } else {
                        tokens.addAndGet(done.result());
                    }
                    boolean pause = done.failed() || done.result() == 0;
                    Future<?> wait = pause ? vertx.timer(500) : Future.succeededFuture();
                    wait.onComplete(now -> next(random));
                });
    }
}
