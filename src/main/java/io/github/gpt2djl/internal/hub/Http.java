package io.github.gpt2djl.internal.hub;

import io.github.gpt2djl.DownloadException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow.Publisher;
import org.jspecify.annotations.Nullable;

/** Sends the requests of a download. Redirects are followed here, so that the token stays with its host. */
final class Http {
    private static final int MOST_REDIRECTS = 10;

    private final HttpClient client;
    private final @Nullable String token;
    private final Retry retry;

    Http(@Nullable String token, Retry retry) {
        this.token = token;
        this.retry = retry;
        this.client = HttpClient.newBuilder()
                .followRedirects(Redirect.NEVER)
                .version(Version.HTTP_1_1)
                .connectTimeout(retry.stall())
                .build();
    }

    /**
     * Asks for a file's description, only on the file's own host: the store to which the host redirects knows less.
     *
     * @return a success, or the redirect to another host
     */
    HttpResponse<Void> head(URI uri) throws IOException {
        URI at = uri;
        for (int i = 0; i < MOST_REDIRECTS; i++) {
            HttpRequest request = request(uri, at)
                    .method("HEAD", HttpRequest.BodyPublishers.noBody())
                    .build();
            HttpResponse<Void> response = send(request, BodyHandlers.discarding());
            URI next = redirect(response);
            boolean described = response.headers().firstValue("X-Linked-Etag").isPresent();
            if (next == null) {
                check(response, uri);
                return response;
            }
            if (described || !sameHost(next, uri)) {
                return response;
            }
            at = next;
        }
        throw tooMany(uri);
    }

    /**
     * Opens a file's bytes from an offset.
     *
     * @return an answer with status 200 (from the start), 206 or 416; to be closed
     */
    Opened get(URI uri, long from) throws IOException {
        URI at = uri;
        for (int i = 0; i < MOST_REDIRECTS; i++) {
            HttpRequest.Builder request = request(uri, at).GET();
            if (from > 0) {
                request.header("Range", "bytes=" + from + "-");
            }
            HttpResponse<Publisher<List<ByteBuffer>>> response = send(request.build(), BodyHandlers.ofPublisher());
            Body body = new Body();
            response.body().subscribe(body);
            URI next = redirect(response);
            if (next == null && (response.statusCode() < 300 || response.statusCode() == 416)) {
                return new Opened(response.statusCode(), response.headers(), body);
            }
            body.close();
            if (next == null) {
                check(response, uri);
            } else {
                at = next;
            }
        }
        throw tooMany(uri);
    }

    /** An answer whose bytes are still to come. */
    record Opened(int status, HttpHeaders headers, Body body) implements AutoCloseable {
        @Override
        public void close() {
            body.close();
        }
    }

    private HttpRequest.Builder request(URI first, URI at) {
        HttpRequest.Builder request = HttpRequest.newBuilder(at)
                .timeout(retry.stall())
                .header("User-Agent", "gpt2-djl")
                .header("Accept-Encoding", "identity");
        if (token != null && sameHost(first, at)) {
            request.header("Authorization", "Bearer " + token);
        }
        return request;
    }

    private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) throws IOException {
        try {
            return client.send(request, handler);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the download was interrupted");
        } catch (IOException e) {
            throw new Retry.TransientException(request.uri().getHost() + ": " + Retry.reason(e), null, e);
        }
    }

    private static @Nullable URI redirect(HttpResponse<?> response) throws IOException {
        Optional<String> location = response.headers().firstValue("Location");
        int status = response.statusCode();
        if (status < 301 || status > 308 || location.isEmpty()) {
            return null;
        }
        return redirect(response.uri(), location.get());
    }

    /** Returns the address of a Location, if the redirect may be followed. */
    static URI redirect(URI from, String location) throws DownloadException {
        URI next;
        try {
            next = from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw new DownloadException(from + " redirects to \"" + location + "\", which is no address", e);
        }
        boolean web = "https".equals(next.getScheme())
                || ("http".equals(next.getScheme()) && "http".equals(from.getScheme()));
        if (!web || next.getHost() == null || next.getPort() > 65535) {
            throw new DownloadException(
                    from + " redirects to " + location + ", which is not followed; expected another place of the web,"
                            + " as safe as this one",
                    null);
        }
        return next;
    }

    private static boolean sameHost(URI one, URI other) {
        return one.getScheme().equals(other.getScheme())
                && String.valueOf(one.getRawAuthority()).equals(other.getRawAuthority());
    }

    private void check(HttpResponse<?> response, URI uri) throws IOException {
        int status = response.statusCode();
        if (status < 300) {
            return;
        }
        String error = response.headers().firstValue("X-Error-Code").orElse("");
        String said = response.headers()
                .firstValue("X-Error-Message")
                .map(m -> " (" + m + ")")
                .orElse("");
        if (status == 429 || status >= 500 || status == 408) {
            throw new Retry.TransientException(
                    uri + " answered " + status + (status == 429 ? ", too many requests" : "") + said,
                    wait(response),
                    null);
        }
        String advice = switch (status) {
            case 401 ->
                token == null
                        ? "there is no such model, or it is private; check the name, or set HF_TOKEN"
                        : "HF_TOKEN is not valid, or there is no such model; check both";
            case 403 ->
                "the model is gated or HF_TOKEN lacks the right to read it; accept its terms on its page, with"
                        + " the account of the token";
            case 404 ->
                switch (error) {
                    case "EntryNotFound" -> "the model has no such file";
                    case "RevisionNotFound" -> "the model has no such branch, tag or commit; check the revision";
                    default -> "there is no such model, revision or file; check the name";
                };
            default -> "expected 200";
        };
        throw new StatusException(
                uri + " answered " + status + said + ": " + advice, status, error.equals("EntryNotFound"));
    }

    /** Reads Retry-After, in seconds or as a date. */
    private static @Nullable Duration wait(HttpResponse<?> response) {
        String value = response.headers().firstValue("Retry-After").orElse("").strip();
        if (value.matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(value));
        }
        try {
            ZonedDateTime date = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME);
            Duration wait = Duration.between(ZonedDateTime.now(date.getZone()), date);
            return wait.isNegative() ? Duration.ZERO : wait;
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static DownloadException tooMany(URI uri) {
        return new DownloadException(uri + " redirects more than " + MOST_REDIRECTS + " times", null);
    }

    /** A status that is final. */
    static final class StatusException extends IOException {
        private static final long serialVersionUID = 1L;
        final int status;
        /** Tells whether the Hub knows the repository and the revision, but the revision has no such file. */
        final boolean isNoSuchFile;

        StatusException(String message, int status, boolean isNoSuchFile) {
            super(message);
            this.status = status;
            this.isNoSuchFile = isNoSuchFile;
        }
    }
}
