package io.github.gpt2djl.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.LoadOptions;
import io.github.gpt2djl.Precision;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Model.CommandSpec;

/** The command, as a process of its own. */
@Timeout(120)
class ServeTest {
    private static final Pattern READY = Pattern.compile("shakespeare at http://127\\.0\\.0\\.1:(\\d+)/");

    @TempDir
    private Path folder;

    private Process process;

    @AfterEach
    void end() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    private void start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Serve.class.getName()));
        command.addAll(Arrays.asList(arguments));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log().toFile())
                .start();
    }

    private Path log() {
        return folder.resolve("log");
    }

    private int port() throws Exception {
        while (true) {
            Matcher ready = READY.matcher(Files.readString(log()));
            if (ready.find()) {
                return Integer.parseInt(ready.group(1));
            }
            assertThat(process.isAlive()).as(Files.readString(log())).isTrue();
            Thread.sleep(20);
        }
    }

    private String ended(int status) throws Exception {
        assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
        String printed = Files.readString(log());
        assertThat(process.exitValue()).as(printed).isEqualTo(status);
        return printed;
    }

    @Test
    void sigtermDrains() throws Exception {
        start("--port", "0", "--batch-size", "1");
        Client client = new Client(port());
        String secret = "my secret prompt";
        String json = "{\"prompt\":\"" + secret + "\",\"max_tokens\":200,\"suppress_tokens\":[2047],\"stream\":true}";
        HttpResponse<InputStream> stream = HttpClient.newHttpClient()
                .sendAsync(client.completion(json), HttpResponse.BodyHandlers.ofInputStream())
                .join();
        process.destroy();
        String body = new String(stream.body().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(Client.events(body)).hasSizeGreaterThan(150);
        assertThat(ended(128 + 15)).contains("POST /v1/completions 200").doesNotContain("secret");
    }

    @Test
    void aPortThatIsTakenIsSaid() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            start("--port", String.valueOf(other.getLocalPort()));
            assertThat(ended(1))
                    .contains("serve: cannot listen at 127.0.0.1:" + other.getLocalPort())
                    .contains("take another --port")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void wrongOptionsAreSaid() throws Exception {
        start("--batch-size", "0");
        assertThat(ended(2)).contains("serve: --batch-size is 0, expected at least 1");
        start("--model", "gpt5");
        assertThat(ended(1)).contains("serve: ").contains("gpt5");
        Path key = Files.writeString(folder.resolve("key"), "\n");
        start("--api-key-file", key.toString());
        assertThat(ended(2)).contains("is empty, expected a key");
        start("--port", "x");
        assertThat(ended(2)).contains("--port");
        start("--client-share", "101");
        assertThat(ended(2)).contains("--client-share is 101, expected 1 to 100 percent");
        start("--queue", "2", "--client-queue", "3");
        assertThat(ended(2)).contains("--client-queue is 3, expected at most --queue, which is 2");
        start("--header-timeout", "0");
        assertThat(ended(2)).contains("--header-timeout is 0, expected at least 1");
        start("--max-bytes", "2000000000");
        assertThat(ended(2)).contains("half of Java's heap; lower --max-requests or --max-bytes, or raise -Xmx");
        start("--allowed-host", "example.org:8080");
        assertThat(ended(2))
                .contains("--allowed-host is example.org:8080, expected a host name without a scheme, port");
        start("--cors-origin", "example.org");
        assertThat(ended(2)).contains("--cors-origin is example.org, expected a scheme and a host");
        start("--device", "tpu");
        assertThat(ended(2)).contains("device is tpu, expected auto, cpu, gpu or, of several, gpu:1");
    }

    /** A model can be loaded as the library loads it. */
    @Test
    void everyWayToLoadHasAnOption() {
        CommandSpec serve = CommandSpec.forAnnotatedObject(new Serve());
        Map<String, String> options = Map.of(
                "precision", "--precision",
                "device", "--device",
                "threads", "--threads",
                "source", "--download",
                "trustedFiles", "--trust-files",
                "prefixCacheBytes", "--prefix-cache");
        for (RecordComponent component : LoadOptions.class.getRecordComponents()) {
            assertThat(options).containsKey(component.getName());
            assertThat(serve.findOption(options.get(component.getName()))).isNotNull();
        }
        String help = serve.findOption("--precision").description()[0];
        assertThat(help.split("[ ,.]+")).contains(names());
    }

    private static String[] names() {
        return Arrays.stream(Precision.values())
                .map(precision -> precision.name().toLowerCase(Locale.ROOT))
                .toArray(String[]::new);
    }

    @Test
    void namesHostsAndKeysOfTheCommand() throws Exception {
        Path keys = Files.writeString(folder.resolve("keys"), "open\n\nsesame\n");
        start("--port", "0", "--alias", "bard", "--allowed-host", "Plays.Example", "--api-key-file", keys.toString());
        int port = port();
        for (String host : List.of("plays.example", "localhost")) {
            try (Socket socket = new RawClient(port, "127.0.0.1").connect()) {
                RawClient.send(
                        socket,
                        "GET /v1/models/bard HTTP/1.1\r\nHost: " + host
                                + "\r\nAuthorization: Bearer sesame\r\nConnection: close\r\n\r\n");
                assertThat(RawClient.answer(socket)).startsWith("HTTP/1.1 200");
            }
        }
    }

    @Test
    void anotherPrecisionAndDevice() throws Exception {
        start("--port", "0", "--precision", "int8", "--device", "cpu", "--trust-files");
        assertThat(new Client(port()).get("/v1/models").body()).contains("shakespeare");
    }
}
