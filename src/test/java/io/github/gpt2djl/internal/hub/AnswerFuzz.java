package io.github.gpt2djl.internal.hub;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.gpt2djl.DownloadException;
import io.github.gpt2djl.internal.hub.Catalog.RemoteFile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.provider.MethodSource;

/** The headers of a server's answers: nothing in them leads out of the cache, or to another scheme. */
class AnswerFuzz {
    private static final URI SECURE = URI.create("https://hub.example/org/name/resolve/main/config.json");
    private static final URI PLAIN = URI.create("http://hub.example:8080/config.json");
    private static final Path CACHE = Path.of("/cache");

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10s")
    void read(byte[] bytes) {
        String[] lines = new String(bytes, StandardCharsets.UTF_8).split("\n", 8);
        for (URI from : new URI[] {SECURE, PLAIN}) {
            try {
                URI next = Http.redirect(from, lines[0]);
                HttpRequest.newBuilder(next).build();
                if (from == SECURE && !next.getScheme().equals("https")) {
                    throw new AssertionError("goes on at " + next);
                }
            } catch (DownloadException e) {
                // Documented.
            }
        }
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.computeIfAbsent(line.substring(0, colon), k -> new ArrayList<>())
                        .add(line.substring(colon + 1));
            }
        }
        HttpHeaders all;
        try {
            all = HttpHeaders.of(headers, (name, value) -> true);
        } catch (IllegalArgumentException e) {
            // Names that differ in case only, which the JDK's client would have put together.
            return;
        }
        for (Long size : new Long[] {null, 5L}) {
            try {
                HubFiles.Remote remote = HubFiles.describe(
                        all, 200, "https://hub.example", "main", new RemoteFile("config.json", size, null));
                Path blob = new HubCache(CACHE).blob("org/name", remote.etag());
                Path commit = new HubCache(CACHE).commit("org/name", remote.commit());
                if (blob.normalize().getNameCount() != 4 || commit.normalize().getNameCount() != 4) {
                    throw new AssertionError(blob + " or " + commit);
                }
            } catch (DownloadException e) {
                // Documented.
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    static List<byte[]> seeds() {
        String commit = "0123456789abcdef0123456789abcdef01234567";
        return List.of(
                utf8("https://cdn.example/x?y=z"),
                utf8("../other/file"),
                utf8("ftp://cdn.example/x"),
                utf8("http://cdn.example:80/x"),
                utf8("\nX-Repo-Commit:" + commit + "\nX-Linked-Etag:W/\"" + commit + "\"\nX-Linked-Size:5"),
                utf8("\nX-Repo-Commit:" + commit + "\nETag:\"abc\"\nContent-Length:5"));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
