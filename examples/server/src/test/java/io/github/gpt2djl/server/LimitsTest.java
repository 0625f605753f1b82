package io.github.gpt2djl.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.Gpt2;
import io.vertx.core.json.JsonObject;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Too much, too long, not allowed, gone. */
@Timeout(120)
class LimitsTest {
    /** Nothing but its limit ends it: the shipped model's end of text is banned. */
    private static final String LONG = "{\"prompt\":\"ROMEO:\",\"max_tokens\":250,\"suppress_tokens\":[2047]";

    private static Gpt2Server server(int batchSize, int queue, Duration timeout, String key) throws Exception {
        return new Gpt2Server(
                Gpt2.load("shakespeare"),
                new ServerOptions("127.0.0.1", 0, batchSize, queue, 250, 10_000, timeout, key));
    }

    @Test
    void whoFindsNoPlaceIsToldWhenToComeAgain() throws Exception {
        try (Gpt2Server server = server(1, 1, Duration.ofSeconds(60), "")) {
            Client client = new Client(server.port());
            HttpClient http = HttpClient.newHttpClient();
            List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                all.add(http.sendAsync(client.completion(LONG + "}"), HttpResponse.BodyHandlers.ofString()));
            }
            List<HttpResponse<String>> responses =
                    all.stream().map(CompletableFuture::join).toList();
            assertThat(responses).extracting(HttpResponse::statusCode).containsOnly(200, 429);
            for (HttpResponse<String> response : responses) {
                if (response.statusCode() == 429) {
                    assertThat(response.headers()
                                    .firstValueAsLong("Retry-After")
                                    .orElseThrow())
                            .isPositive();
                    assertThat(response.body())
                            .contains(
                                    "2 prompts run or wait, expected at most 2 with the 1 of this request",
                                    "rate_limit_error");
                }
            }
        }
    }

    /** 65,536 texts of 250 tokens: 18 kB a token. */
    @Test
    void aRequestThatLacksMemoryFailsAlone() throws Exception {
        Limits limits = new Limits(
                100, 100, 50, 1, Duration.ofSeconds(60), Duration.ofSeconds(60), 20, 1024, Integer.MAX_VALUE);
        ServerOptions options = new ServerOptions(
                "127.0.0.1", 0, 1 << 16, 1, 250, 10_000, Duration.ofSeconds(60), Access.of(""), 32, limits);
        try (Gpt2Server server = new Gpt2Server(Gpt2.load("shakespeare"), options)) {
            Client client = new Client(server.port());
            String alone = client.complete("{\"prompt\":\"ROMEO:\",\"seed\":1}").body();
            HttpResponse<String> response = client.complete(LONG + ",\"n\":65535}");
            assertThat(response.statusCode()).as(response.body()).isEqualTo(503);
            assertThat(response.body()).contains("there is not enough free memory for this request", "server_error");
            assertThat(text(client.complete("{\"prompt\":\"ROMEO:\",\"seed\":1}")
                            .body()))
                    .isEqualTo(text(alone));
        }
    }

    private static String text(String body) {
        return new JsonObject(body).getJsonArray("choices").getJsonObject(0).getString("text");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClientThatLeavesFreesItsPlace(boolean stream) throws Exception {
        try (Gpt2Server server = server(1, 1, Duration.ofSeconds(60), "")) {
            Client client = new Client(server.port());
            // The first step is the slowest: not a part of what follows.
            client.choices("{\"max_tokens\":1}");
            double before = client.metric("gpt2_generated_tokens_total");
            String body = LONG + ",\"stream\":" + stream + "}";
            try (Socket socket = new Socket("127.0.0.1", server.port())) {
                String head = "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        + "Content-Length: " + body.length() + "\r\n\r\n";
                socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
                while (client.metric("gpt2_generated_tokens_total") == before) {}
                if (stream) {
                    InputStream in = socket.getInputStream();
                    assertThat(new String(in.readNBytes(15), StandardCharsets.US_ASCII))
                            .isEqualTo("HTTP/1.1 200 OK");
                }
            }
            while (client.metric("gpt2_requests_total{status=\"499\"}") == 0) {}
            double then = client.metric("gpt2_generated_tokens_total");
            assertThat(client.choices("{\"max_tokens\":1}")).hasSize(1);
            // What was asked for is 250; the one is the second client's.
            assertThat(then - before).isLessThan(250);
            assertThat(client.metric("gpt2_generated_tokens_total")).isEqualTo(then + 1);
        }
    }

    @Test
    void aRequestThatTakesTooLongEnds() throws Exception {
        try (Gpt2Server server = server(16, 1, Duration.ofMillis(100), "")) {
            Client client = new Client(server.port());
            HttpResponse<String> whole = client.complete(LONG + ",\"n\":16}");
            assertThat(whole.statusCode()).isEqualTo(504);
            assertThat(whole.body()).contains("not done within 0 s");
            String streamed =
                    client.complete(LONG + ",\"n\":16,\"stream\":true}").body();
            assertThat(streamed).contains("not done within").doesNotContain("[DONE]");
            while (client.metric("gpt2_sequences_running") > 0) {}
        }
    }

    @Test
    void aKeyIsAskedFor() throws Exception {
        try (Gpt2Server server = server(1, 1, Duration.ofSeconds(60), "sesame")) {
            Client client = new Client(server.port());
            assertThat(client.get("/v1/models").statusCode()).isEqualTo(401);
            HttpResponse<String> without = client.complete("{}");
            assertThat(without.statusCode()).isEqualTo(401);
            assertThat(new JsonObject(without.body()).getJsonObject("error").getString("code"))
                    .isEqualTo("invalid_api_key");
            for (String key : List.of("Bearer sesame", "Bearer open")) {
                HttpRequest request =
                        client.to("/v1/models").header("Authorization", key).build();
                assertThat(client.send(request).statusCode()).isEqualTo(key.endsWith("sesame") ? 200 : 401);
            }
            assertThat(client.get("/health").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void onlyJsonIsTaken() throws Exception {
        try (Gpt2Server server = server(1, 1, Duration.ofSeconds(60), "")) {
            Client client = new Client(server.port());
            // What a form of a foreign page could send.
            HttpRequest form = client.to("/v1/completions")
                    .header("Content-Type", "text/plain")
                    .POST(HttpRequest.BodyPublishers.ofString("{}"))
                    .build();
            assertThat(client.send(form).statusCode()).isEqualTo(415);
        }
    }

    @Test
    void drainingEndsWhatRuns() throws Exception {
        Gpt2Server server = server(1, 4, Duration.ofSeconds(60), "");
        int port = server.port();
        Client client = new Client(port);
        client.choices("{\"max_tokens\":1}");
        var running = HttpClient.newHttpClient()
                .sendAsync(client.completion(LONG + ",\"stream\":true}"), HttpResponse.BodyHandlers.ofInputStream())
                .join();
        assertThat(server.drain(Duration.ofSeconds(60))).isTrue();
        String body = new String(running.body().readAllBytes(), StandardCharsets.UTF_8);
        List<JsonObject> events = Client.events(body);
        assertThat(events.get(events.size() - 1)
                        .getJsonArray("choices")
                        .getJsonObject(0)
                        .getString("finish_reason"))
                .isEqualTo("length");
        assertThatThrownBy(() -> new Socket("127.0.0.1", port).close()).isInstanceOf(ConnectException.class);
        server.close();
    }
}
