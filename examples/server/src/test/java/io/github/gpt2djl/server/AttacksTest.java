package io.github.gpt2djl.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.ContinuousBatch;
import io.github.gpt2djl.Gpt2;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What strangers do to a server: it ends in time, and others are answered meanwhile. */
@Timeout(120)
class AttacksTest {
    private static final String SHORT = "{\"max_tokens\":2,\"temperature\":0}";
    /** Nothing but its limit ends it: the shipped model's end of text is banned. */
    private static final String LONG = "\"max_tokens\":250,\"suppress_tokens\":[2047]}";

    private static final String OK = "HTTP/1.1 200 OK";
    private static final String BUSY = "HTTP/1.1 429 Too Many Requests";

    /** A server with one place and few of everything. */
    private static Gpt2Server server(int connections, int requests, int queue, Duration head, Duration body)
            throws Exception {
        Limits limits = new Limits(connections, requests, 50, 1, head, body, 20, 1024, 16_000_000);
        return new Gpt2Server(
                Gpt2.load("shakespeare"),
                new ServerOptions(
                        "127.0.0.1",
                        0,
                        1,
                        queue,
                        250,
                        100_000,
                        Duration.ofSeconds(60),
                        Access.of(""),
                        ContinuousBatch.DEFAULT_PREFILL_CHUNK,
                        limits));
    }

    private static Gpt2Server server(int connections, int requests, int queue) throws Exception {
        return server(connections, requests, queue, Duration.ofSeconds(60), Duration.ofSeconds(60));
    }

    @Test
    void aBodyThatComesTooSlowlyEnds() throws Exception {
        try (Gpt2Server server = server(10, 10, 1, Duration.ofSeconds(60), Duration.ofMillis(300))) {
            RawClient client = new RawClient(server.port(), "127.0.0.1");
            try (Socket socket = client.begin(1000, "{\"prompt\":")) {
                assertThat(RawClient.answer(socket))
                        .startsWith("HTTP/1.1 408 Request Timeout")
                        .contains("the body was not complete within 0 s, expected all of it by then");
            }
            assertThat(client.complete(SHORT)).startsWith(OK);
        }
    }

    @Test
    void aBodyThatGoesOnAfterItsAnswerEnds() throws Exception {
        try (Gpt2Server server = server(10, 10, 1, Duration.ofSeconds(60), Duration.ofMillis(300));
                Socket socket = new RawClient(server.port(), "127.0.0.1").connect()) {
            RawClient.send(socket, "POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n");
            assertThat(RawClient.answer(socket)).startsWith("HTTP/1.1 404 Not Found");
        }
    }

    @Test
    void aHeadThatComesTooSlowlyEnds() throws Exception {
        try (Gpt2Server server = server(10, 10, 1, Duration.ofMillis(300), Duration.ofSeconds(60));
                Socket socket = new RawClient(server.port(), "127.0.0.1").connect()) {
            RawClient.send(socket, "GET /health HTTP/1.1\r\nHo");
            assertThat(RawClient.answer(socket)).isEmpty();
        }
    }

    @Test
    void oneClientDoesNotHoldAllConnections() throws Exception {
        try (Gpt2Server server = server(4, 10, 1)) {
            RawClient one = new RawClient(server.port(), "127.0.0.1");
            try (Socket first = one.connect();
                    Socket second = one.connect()) {
                RawClient.send(first, "GET");
                RawClient.send(second, "GET");
                try (Socket third = one.connect()) {
                    assertThat(third.getInputStream().read()).isEqualTo(-1);
                }
                assertThat(RawClient.another(server.port()).complete(SHORT)).startsWith(OK);
            }
        }
    }

    @Test
    void oneClientDoesNotHoldAllRequestsInFlight() throws Exception {
        try (Gpt2Server server = server(20, 4, 1)) {
            RawClient one = new RawClient(server.port(), "127.0.0.1");
            List<Socket> unfinished = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                Socket socket = one.begin(1000, "{\"prompt\":");
                unfinished.add(socket);
            }
            String refused = one.complete(SHORT);
            assertThat(refused)
                    .startsWith(BUSY)
                    .containsIgnoringCase("Retry-After: ")
                    .contains("found 2 requests in flight, 2 of them of this client, expected fewer than 4 and 2");
            assertThat(RawClient.another(server.port()).complete(SHORT)).startsWith(OK);
            for (Socket socket : unfinished) {
                socket.close();
            }
            // They are given back when the server learns of it.
            while (!one.complete(SHORT).startsWith(OK)) {}
        }
    }

    @Test
    void oneClientDoesNotFillTheQueue() throws Exception {
        try (Gpt2Server server = server(20, 20, 4)) {
            RawClient one = new RawClient(server.port(), "127.0.0.1");
            Client watching = new Client(server.port());
            String four = "{\"prompt\":[\"A\",\"B\",\"C\",\"D\"]," + LONG;
            CompletableFuture<String> many = one.completeLater(four);
            while (watching.metric("gpt2_requests_waiting") < 3) {}
            CompletableFuture<String> last = one.completeLater("{\"prompt\":\"E\"," + LONG);
            while (watching.metric("gpt2_requests_waiting") < 4) {}
            assertThat(one.complete(SHORT))
                    .startsWith(BUSY)
                    .contains("5 prompts run or wait, expected at most 5 with the 1 of this request");
            assertThat(RawClient.another(server.port()).complete(SHORT)).startsWith(OK);
            assertThat(many).isNotDone();
            assertThat(last).isNotDone();
        }
    }

    /** The heap of such a server holds a quarter of these bodies. */
    @ParameterizedTest
    @CsvSource({"400, 99000", "300, 900000"})
    void unfinishedBodiesDoNotFillTheHeap(int connections, int length) throws Exception {
        try (ServeProcess process = ServeProcess.start("-Xmx160m", "--port", "0", "--max-requests", "128")) {
            RawClient one = new RawClient(process.port(), "127.0.0.1");
            RawClient honest = RawClient.another(process.port());
            String alone = text(honest.complete(SHORT));
            List<Socket> unfinished = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                try {
                    unfinished.add(one.begin(length, "{\"prompt\":\"" + "a".repeat(length - 100)));
                } catch (IOException e) {
                    // Refused while it still sends: all the better.
                }
            }
            assertThat(text(honest.complete(SHORT))).isEqualTo(alone);
            for (Socket socket : unfinished) {
                socket.close();
            }
            for (int i = 0; i < 20; i++) {
                assertThat(text(honest.complete(SHORT))).isEqualTo(alone);
            }
            assertThat(process.printed()).doesNotContain("OutOfMemoryError");
        }
    }

    private static String text(String answer) {
        assertThat(answer).startsWith(OK);
        int at = answer.indexOf("\"text\":");
        return answer.substring(at, answer.indexOf(",\"logprobs\"", at));
    }
}
