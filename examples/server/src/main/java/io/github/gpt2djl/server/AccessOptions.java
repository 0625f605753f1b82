package io.github.gpt2djl.server;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** The command's options for {@link Access}. */
final class AccessOptions {
    private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1", "[::1]");

    @Option(
            names = "--alias",
            paramLabel = "NAME",
            description = "Another name of the model, which requests may use. Can be repeated.")
    private List<String> aliases = List.of();

    @Option(
            names = "--api-key-file",
            paramLabel = "FILE",
            description = "A file with the keys of which clients must send one, one key a line. Default: no key is"
                    + " asked for.")
    private Path apiKeyFile;

    @Option(
            names = "--allowed-host",
            paramLabel = "NAME",
            description =
                    "A host name that requests may be addressed to, * for any. Can be repeated. Default: any; with"
                            + " a --host of this machine only, localhost, 127.0.0.1 and [::1].")
    private List<String> allowedHosts = List.of();

    @Option(
            names = "--cors-origin",
            paramLabel = "ORIGIN",
            description =
                    "An origin, such as https://example.org, whose pages may use the API. Can be repeated. Default:"
                            + " none.")
    private List<String> origins = List.of();

    /**
     * Reads the options.
     *
     * @param model as the user said it
     * @param host to listen at
     * @throws IllegalArgumentException if a value is wrong
     * @throws IOException if a file cannot be read, or the host is unknown
     */
    Access access(String model, String host) throws IOException {
        for (String allowed : allowedHosts) {
            if (allowed.matches("[^\\[].*:.*|.*[/\\s].*")) {
                throw new IllegalArgumentException("--allowed-host is " + allowed
                        + ", expected a host name without a scheme, port or path, like example.org");
            }
        }
        for (String origin : origins) {
            if (!origin.matches("https?://[^/*\\s]+")) {
                throw new IllegalArgumentException("--cors-origin is " + origin
                        + ", expected a scheme and a host, like https://example.org, without a path");
            }
        }
        return new Access(Access.nameOf(model), List.copyOf(aliases), keys(), hosts(host), List.copyOf(origins));
    }

    private List<String> hosts(String host) throws IOException {
        if (allowedHosts.contains("*")) {
            return List.of();
        }
        List<String> hosts = new ArrayList<>();
        allowedHosts.forEach(allowed -> hosts.add(allowed.toLowerCase(Locale.ROOT)));
        if (InetAddress.getByName(host).isLoopbackAddress()) {
            hosts.addAll(LOOPBACK);
        }
        return hosts;
    }

    private List<String> keys() throws IOException {
        if (apiKeyFile == null) {
            return List.of();
        }
        List<String> keys = Files.readString(apiKeyFile)
                .lines()
                .map(String::strip)
                .filter(key -> !key.isEmpty())
                .toList();
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("--api-key-file " + apiKeyFile + " is empty, expected a key");
        }
        return keys;
    }
}
