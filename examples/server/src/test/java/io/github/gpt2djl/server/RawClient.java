package io.github.gpt2djl.server;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/**
 * A client that need not keep to the rules.
 *
 * @param address that it comes from
 */
record RawClient(int port, String address) {
    /** One more client: its address is another one of this machine. */
    static RawClient another(int port) {
        assumeTrue(
                System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux"),
                "only Linux has a second loopback address from the start");
        return new RawClient(port, "127.0.0.2");
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port, InetAddress.getByName(address), 0);
        socket.setSoTimeout(60_000);
        return socket;
    }

    /** Sends a request's head, and the beginning of its body. */
    Socket begin(int length, String body) throws IOException {
        Socket socket = connect();
        send(
                socket,
                "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
                        + "Content-Length: " + length + "\r\n\r\n" + body);
        return socket;
    }

    static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** All that a server says until it closes the connection. */
    static String answer(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }

    /** The answer to a request of ASCII letters, its head included. */
    String complete(String json) throws IOException {
        try (Socket socket = begin(json.length(), json)) {
            return answer(socket);
        }
    }

    CompletableFuture<String> completeLater(String json) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return complete(json);
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                },
                work -> new Thread(work).start());
    }
}
