package io.github.gpt2djl.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.Gpt2;
import io.vertx.core.json.JsonObject;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What HTTP, proxies and browsers expect of an answer. */
@Timeout(120)
class AnswersTest {
    private static Gpt2Server server;
    private static Client client;

    @BeforeAll
    static void start() throws Exception {
        Access access = new Access(
                "bard/plays@v1",
                List.of("bard"),
                List.of("open", "sesame"),
                List.of("localhost", "127.0.0.1", "[::1]"),
                List.of("https://page.example"));
        server = new Gpt2Server(
                Gpt2.load("shakespeare"),
                new ServerOptions(
                        "127.0.0.1", 0, 8, 16, 250, 100_000, Duration.ofSeconds(60), access, 32, Limits.usual(16)));
        client = new Client(server.port());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static HttpRequest.Builder to(String path) {
        return client.to(path).header("Authorization", "bearer sesame");
    }

    private static HttpResponse<String> complete(String json) throws Exception {
        return client.send(to("/v1/completions")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build());
    }

    /** RFC 9110: the same head as for GET, and no body. */
    @ParameterizedTest
    @ValueSource(strings = {"/", "/page.html", "/page.js", "/health", "/metrics", "/v1/models", "/v1/models/bard"})
    void headIsGetWithoutItsBody(String path) throws Exception {
        HttpResponse<String> get = client.send(to(path).build());
        HttpResponse<String> head = client.send(
                to(path).method("HEAD", HttpRequest.BodyPublishers.noBody()).build());
        assertThat(get.statusCode()).isEqualTo(200);
        assertThat(get.body()).isNotEmpty();
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.headers().firstValue("Content-Type"))
                .isEqualTo(get.headers().firstValue("Content-Type"));
    }

    @ParameterizedTest
    @CsvSource({
        "DELETE, /v1/models, 'GET, HEAD'",
        "POST, /health, 'GET, HEAD'",
        "PUT, /page.css, 'GET, HEAD'",
        "GET, /v1/completions, POST"
    })
    void anotherMethodIsTold(String method, String path, String allowed) throws Exception {
        HttpResponse<String> response = client.send(
                to(path).method(method, HttpRequest.BodyPublishers.noBody()).build());
        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("Allow")).contains(allowed);
        assertThat(response.body()).contains("found the method " + method + ", expected " + allowed);
    }

    @ParameterizedTest
    @CsvSource({"Bearer open, 200", "bearer sesame, 200", "BEARER  sesame, 200", "Bearer close, 401", "sesame, 401"})
    void eachKeyOfTheFileOpens(String header, int status) throws Exception {
        HttpRequest request =
                client.to("/v1/models").header("Authorization", header).build();
        assertThat(client.send(request).statusCode()).isEqualTo(status);
    }

    @Test
    void aModelHasTheNameThatItWasAskedForByAndItsAliases() throws Exception {
        assertThat(client.send(to("/v1/models").build()).body()).contains("\"bard/plays@v1\"", "\"bard\"");
        assertThat(client.send(to("/v1/models/bard/plays@v1").build()).statusCode())
                .isEqualTo(200);
        assertThat(client.send(to("/v1/models/bard%2Fplays@v1").build()).statusCode())
                .isEqualTo(200);
        for (String name : List.of("bard", "bard/plays@v1")) {
            String body =
                    complete("{\"model\":\"" + name + "\",\"max_tokens\":1}").body();
            assertThat(new JsonObject(body).getString("model")).isEqualTo("bard/plays@v1");
        }
        assertThat(complete("{\"model\":\"shakespeare\",\"max_tokens\":1}").body())
                .contains("expected bard/plays@v1 or bard");
    }

    @Test
    void anUnknownFieldOfStreamOptionsIsNamed() throws Exception {
        assertThat(complete("{\"stream\":true,\"stream_options\":{\"include_usage\":true,\"speed\":2}}")
                        .body())
                .contains("stream_options has \\\"speed\\\", expected include_usage only");
    }

    @Test
    void everyAnswerHasAnIdAndCannotBeTakenForAnotherType() throws Exception {
        HttpResponse<String> own = client.send(to("/v1/models").build());
        assertThat(own.headers().firstValue("X-Request-Id")).get().asString().startsWith("req-");
        assertThat(own.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        HttpResponse<String> told =
                client.send(to("/v1/models").header("X-Request-Id", "mine-1").build());
        assertThat(told.headers().firstValue("X-Request-Id")).contains("mine-1");
        HttpResponse<String> bad =
                client.send(to("/v1/models").header("X-Request-Id", "a b\tc").build());
        assertThat(bad.headers().firstValue("X-Request-Id")).get().asString().startsWith("req-");
        assertThat(client.get("/page.html").headers().firstValue("Content-Security-Policy"))
                .contains("default-src 'self'; frame-ancestors 'none'");
    }

    /** A page at another name of this machine sends that name. */
    @ParameterizedTest
    @CsvSource({"evil.example, 403", "localhost:80, 200", "LOCALHOST, 200", "[::1], 200", "[::1]:80, 200", "[::2], 403"
    })
    void onlyTheServersOwnNamesAreServed(String host, int status) throws Exception {
        assertThat(raw("GET /health HTTP/1.1\r\nHost: " + host + "\r\n")).startsWith("HTTP/1.1 " + status);
    }

    @ParameterizedTest
    @CsvSource({"https://page.example, 204", "https://evil.example, 403"})
    void onlyKnownPagesMayAsk(String origin, int status) throws Exception {
        String answer = raw("OPTIONS /v1/completions HTTP/1.1\r\nHost: localhost\r\nOrigin: " + origin
                + "\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: authorization\r\n");
        assertThat(answer).startsWith("HTTP/1.1 " + status);
        assertThat(answer.toLowerCase(Locale.ROOT).contains("access-control-allow-origin: " + origin))
                .isEqualTo(status == 204);
    }

    /** No 500, and no stack trace in the log: the path is the client's fault. */
    @ParameterizedTest
    @ValueSource(strings = {"/v1/%zz", "/v1/models/%", "/%", "/v1/models/%00", "/v1/..%2f..%2f"})
    void aPathThatCannotBeReadIsTheClientsFault(String path) throws Exception {
        String answer = raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer open\r\n");
        assertThat(answer).matches("(?s)HTTP/1.1 40[04] .*");
        assertThat(answer).contains("\"error\"");
    }

    private static String raw(String head) throws Exception {
        try (Socket socket = new RawClient(server.port(), "127.0.0.1").connect()) {
            RawClient.send(socket, head + "Connection: close\r\n\r\n");
            return RawClient.answer(socket);
        }
    }
}
