package io.github.gpt2djl.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A small Hub on this machine: it describes files, redirects to a store on another port, and fails when told to.
 *
 * <p>As the real one, it names a large file by its SHA-256 in X-Linked-Etag of a redirect, a small one by git's id.
 */
public final class TestHub implements AutoCloseable {
    /** As {@link #announced}: the Hub does not say how large a file is. */
    public static final long UNSAID = -2;

    public static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    public final List<Request> requests = Collections.synchronizedList(new ArrayList<>());
    /** Answers of the store to its next requests, instead of the file. */
    public final Queue<Fault> faults = new ConcurrentLinkedQueue<>();
    /** Answers of the Hub itself to its next requests. */
    public final Queue<Fault> hubFaults = new ConcurrentLinkedQueue<>();

    private final Map<String, byte[]> files = new HashMap<>();
    /** Commits by repository@revision; the files of such a commit are those of repository@commit. */
    private final Map<String, String> revisions = new HashMap<>();

    private final Map<String, String> renamed = new HashMap<>();
    private final Map<String, String> etags = new HashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer hub;
    private final HttpServer store;
    /** Of a large file; negative: the right one. */
    public volatile long announced = -1;

    public volatile boolean ranges = true;
    /** The Content-Encoding in which everything is sent, although nobody asks for it; its bytes are gzip's. */
    public volatile @Nullable String encoding;
    /** Whether a part of the compressed bytes is sent where a part of the file is asked for. */
    public volatile boolean encodedRanges;

    /** One request as it came. */
    public record Request(String method, URI uri, String range, String token, boolean atStore) {}

    /** A way to answer. */
    public interface Fault {
        void answer(HttpExchange exchange, byte[] body) throws IOException, InterruptedException;
    }

    public TestHub() throws IOException {
        hub = start(this::describe);
        store = start(this::serve);
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + hub.getAddress().getPort());
    }

    public TestHub with(String repository, String file, byte[] bytes) {
        files.put(repository + "/" + file, bytes);
        return this;
    }

    /** A branch or a tag, of a commit with files of its own. */
    public TestHub revision(String repository, String revision, String commit) {
        revisions.put(repository + "@" + revision, commit);
        revisions.put(repository + "@" + commit, commit);
        return this;
    }

    public TestHub rename(String from, String to) {
        renamed.put(from, to);
        return this;
    }

    /** The Hub names the file by this instead of by its checksum. */
    public TestHub etag(String repository, String file, String etag) {
        etags.put(repository + "/" + file, etag);
        return this;
    }

    /** A file of at least this size lies in the store. */
    private static final int LARGE = 1000;

    public List<Request> at(boolean atStore) {
        synchronized (requests) {
            return requests.stream().filter(r -> r.atStore == atStore).toList();
        }
    }

    // ---- ways to fail ----

    public static Fault status(int status, String... headers) {
        return (exchange, body) -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
            }
            exchange.sendResponseHeaders(status, -1);
        };
    }

    /** Sends so many bytes of what was asked for, then breaks the connection. */
    public static Fault cutAfter(int count) {
        return (exchange, body) -> {
            try (OutputStream out = begin(exchange, body)) {
                out.write(body, 0, count);
                out.flush();
                throw new IOException("cut");
            }
        };
    }

    /** Sends all: no failure. */
    public static Fault whole() {
        return drip(Integer.MAX_VALUE, 0);
    }

    /** Sends pieces, with a pause after each: a slow line. */
    public static Fault drip(int piece, int pauseMillis) {
        return (exchange, body) -> {
            try (OutputStream out = begin(exchange, body)) {
                for (long i = 0; i < body.length; i += piece) {
                    out.write(body, (int) i, Math.min(piece, body.length - (int) i));
                    out.flush();
                    Thread.sleep(pauseMillis);
                }
            }
        };
    }

    /** Sends so many bytes, then nothing more, without closing, until the server is closed. */
    public static Fault stallAfter(int count) {
        return pauseAfter(count, new CountDownLatch(1), new CountDownLatch(1));
    }

    /** Sends so many bytes, tells that it has, and sends the rest when it may. */
    public static Fault pauseAfter(int count, CountDownLatch reached, CountDownLatch goOn) {
        return (exchange, body) -> {
            try (OutputStream out = begin(exchange, body)) {
                out.write(body, 0, count);
                out.flush();
                reached.countDown();
                goOn.await();
                out.write(body, count, body.length - count);
            }
        };
    }

    public static Fault wrongBytes() {
        return (exchange, body) -> {
            byte[] wrong = body.clone();
            wrong[wrong.length / 2] ^= 1;
            try (OutputStream out = begin(exchange, wrong)) {
                out.write(wrong);
            }
        };
    }

    private static OutputStream begin(HttpExchange exchange, byte[] body) throws IOException {
        exchange.sendResponseHeaders(
                exchange.getResponseHeaders().containsKey("Content-Range") ? 206 : 200, body.length);
        return exchange.getResponseBody();
    }

    // ---- answers ----

    /** /org/name/resolve/revision/file */
    private void describe(HttpExchange exchange) throws IOException, InterruptedException {
        note(exchange, false);
        // Not decoded: a slash within a revision's name is no slash of the address.
        String path = exchange.getRequestURI().getRawPath();
        Fault fault = hubFaults.poll();
        String[] parts = path.split("/");
        if (fault != null) {
            fault.answer(exchange, new byte[0]);
            return;
        }
        if (parts.length != 6) {
            status(404, "X-Error-Code", "RepoNotFound").answer(exchange, new byte[0]);
            return;
        }
        String repository = parts[1] + "/" + parts[2];
        if (renamed.containsKey(repository)) {
            status(307, "Location", path.replace(repository, renamed.get(repository)))
                    .answer(exchange, new byte[0]);
            return;
        }
        String revision = URLDecoder.decode(parts[4].replace("+", "%2B"), StandardCharsets.UTF_8);
        String commit = revisions.get(repository + "@" + revision);
        if (commit != null) {
            repository += "@" + commit;
        } else if (revision.equals("gone")) {
            status(404, "X-Error-Code", "RevisionNotFound").answer(exchange, new byte[0]);
            return;
        } else {
            commit = COMMIT;
        }
        byte[] bytes = files.get(repository + "/" + parts[5]);
        if (bytes == null) {
            status(404, "X-Error-Code", "EntryNotFound", "X-Repo-Commit", commit)
                    .answer(exchange, new byte[0]);
            return;
        }
        var headers = exchange.getResponseHeaders();
        headers.add("X-Repo-Commit", commit);
        String etag =
                etags.getOrDefault(repository + "/" + parts[5], bytes.length < LARGE ? gitId(bytes) : sha256(bytes));
        if (bytes.length >= LARGE) {
            headers.add("ETag", "\"of-the-redirect\"");
            headers.add("X-Linked-Etag", "\"" + etag + "\"");
            if (announced != UNSAID) {
                headers.add("X-Linked-Size", Long.toString(announced >= 0 ? announced : bytes.length));
            }
            headers.add(
                    "Location",
                    "http://127.0.0.1:" + store.getAddress().getPort() + "/lfs/" + repository + "/" + parts[5]
                            + "?signature=a%2Fb");
            exchange.sendResponseHeaders(302, -1);
        } else {
            headers.add("ETag", "W/\"" + etag + (encoding == null ? "" : "-gzip") + "\"");
            bytes = encoded(exchange, bytes);
            if (exchange.getRequestMethod().equals("HEAD")) {
                headers.add("Content-Length", Integer.toString(bytes.length));
                exchange.sendResponseHeaders(200, -1);
            } else {
                exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        }
    }

    private void serve(HttpExchange exchange) throws IOException, InterruptedException {
        note(exchange, true);
        byte[] bytes = files.get(exchange.getRequestURI().getPath().replaceFirst("/lfs/|/models/", ""));
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = 0;
        bytes = encoded(exchange, bytes);
        if (range != null && ranges && (encoding == null || encodedRanges)) {
            from = Integer.parseInt(range.replaceAll("\\D", ""));
            if (from >= bytes.length) {
                status(416, "Content-Range", "bytes */" + bytes.length).answer(exchange, bytes);
                return;
            }
            exchange.getResponseHeaders()
                    .add("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
        }
        Fault fault = faults.poll();
        byte[] body = Arrays.copyOfRange(bytes, from, bytes.length);
        (fault == null ? whole() : fault).answer(exchange, body);
    }

    private byte[] encoded(HttpExchange exchange, byte[] bytes) throws IOException {
        if (encoding == null) {
            return bytes;
        }
        exchange.getResponseHeaders().add("Content-Encoding", encoding);
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(compressed)) {
            out.write(bytes);
        }
        return compressed.toByteArray();
    }

    private void note(HttpExchange exchange, boolean atStore) {
        var headers = exchange.getRequestHeaders();
        requests.add(new Request(
                exchange.getRequestMethod(),
                exchange.getRequestURI(),
                headers.getFirst("Range"),
                headers.getFirst("Authorization"),
                atStore));
    }

    /** The store's address, for downloads that know no Hub. */
    public URI storeUri() {
        return URI.create("http://127.0.0.1:" + store.getAddress().getPort() + "/models/");
    }

    private HttpServer start(Handler handler) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                handler.answer(exchange);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
        return server;
    }

    private interface Handler {
        void answer(HttpExchange exchange) throws IOException, InterruptedException;
    }

    @Override
    public void close() {
        hub.stop(0);
        store.stop(0);
        threads.shutdownNow();
    }

    public static String sha256(byte[] bytes) {
        return digest("SHA-256", bytes);
    }

    public static String gitId(byte[] bytes) {
        byte[] header = ("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII);
        byte[] all = Arrays.copyOf(header, header.length + bytes.length);
        System.arraycopy(bytes, 0, all, header.length, bytes.length);
        return digest("SHA-1", all);
    }

    private static String digest(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
