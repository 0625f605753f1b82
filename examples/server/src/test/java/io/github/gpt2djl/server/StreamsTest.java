package io.github.gpt2djl.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.Gpt2;
import io.vertx.core.json.JsonObject;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams of clients that wait, of clients that do not read, and of texts that end at different times. */
@Timeout(120)
class StreamsTest {
    private static Gpt2Server server(int batchSize, Duration timeout) throws Exception {
        return new Gpt2Server(
                Gpt2.load("shakespeare"), new ServerOptions("127.0.0.1", 0, batchSize, 16, 250, 100_000, timeout, ""));
    }

    /** A text may be complete before the event loop has sent its first token. */
    @Test
    void noTokenIsLost() throws Exception {
        try (Gpt2Server server = server(8, Duration.ofSeconds(60))) {
            Client client = new Client(server.port());
            HttpClient http = HttpClient.newHttpClient();
            HttpRequest one =
                    client.completion("{\"prompt\":\"ROMEO:\",\"max_tokens\":1,\"logprobs\":1,\"stream\":true}");
            for (int round = 0; round < 100; round++) {
                List<CompletableFuture<HttpResponse<String>>> all = IntStream.range(0, 8)
                        .mapToObj(i -> http.sendAsync(one, HttpResponse.BodyHandlers.ofString()))
                        .toList();
                for (CompletableFuture<HttpResponse<String>> each : all) {
                    assertThat(each.join().body()).contains("\"tokens\":[\"");
                }
            }
        }
    }

    /** The first prompt's only token comes long before the last of the second prompt. */
    @Test
    void aChoiceEndsWithItsOwnLastToken() throws Exception {
        try (Gpt2Server server = server(8, Duration.ofSeconds(60))) {
            Client client = new Client(server.port());
            HttpResponse<String> response = client.complete(
                    "{\"prompt\":[\"ROMEO:\",\"A\"],\"stop\":\"\\n\",\"temperature\":0,\"max_tokens\":100,\"stream\":true}");
            List<JsonObject> choices = Client.events(response.body()).stream()
                    .map(event -> event.getJsonArray("choices").getJsonObject(0))
                    .toList();
            int ended = IntStream.range(0, choices.size())
                    .filter(i -> choices.get(i).getString("finish_reason") != null)
                    .findFirst()
                    .orElseThrow();
            assertThat(choices.get(ended).getInteger("index")).isZero();
            assertThat(choices.subList(ended + 1, choices.size()))
                    .hasSizeGreaterThan(1)
                    .allMatch(choice -> choice.getInteger("index") == 1);
            assertThat(choices.stream().filter(choice -> choice.getString("finish_reason") != null))
                    .hasSize(2);
        }
    }

    /** The one place is taken for 3,000 steps, or until the time limit, an eighth of which passes between two comments. */
    @Test
    void aStreamThatWaitsShowsThatItLives() throws Exception {
        try (Gpt2Server server = server(1, Duration.ofSeconds(2))) {
            RawClient client = new RawClient(server.port(), "127.0.0.1");
            String long12 = "{\"prompt\":[" + "\"A\",".repeat(11) + "\"A\"],\"max_tokens\":250,\"temperature\":0}";
            String body = "{\"prompt\":\"ROMEO:\",\"max_tokens\":1,\"stream\":true}";
            try (Socket first = client.begin(long12.length(), long12)) {
                while (new Client(server.port()).metric("gpt2_generated_tokens_total") == 0) {}
                assertThat(client.complete(body)).contains("X-Accel-Buffering: no", ": waiting\n\n");
                assertThat(RawClient.answer(first)).startsWith("HTTP/1.1 ");
            }
        }
    }

    /** Each event of a trace has some kilobytes; the operating system takes the first of them. */
    @Test
    void aClientThatDoesNotReadIsDisconnected() throws Exception {
        try (Gpt2Server server = server(16, Duration.ofSeconds(60))) {
            Client client = new Client(server.port());
            String body =
                    "{\"prompt\":\"ROMEO:\",\"max_tokens\":250,\"n\":10,\"trace\":20,\"logprobs\":5,\"stream\":true}";
            try (Socket socket = new Socket()) {
                socket.setReceiveBufferSize(4096);
                socket.connect(new InetSocketAddress("127.0.0.1", server.port()));
                RawClient.send(
                        socket,
                        "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                + "Content-Length: " + body.length() + "\r\n\r\n" + body);
                while (client.metric("gpt2_requests_total{status=\"499\"}") == 0) {
                    assertThat(client.metric("gpt2_requests_total{status=\"200\"}"))
                            .as("the whole answer fitted")
                            .isZero();
                }
            }
            assertThat(client.choices("{\"max_tokens\":1}")).hasSize(1);
        }
    }
}
