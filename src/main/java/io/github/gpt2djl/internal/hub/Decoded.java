package io.github.gpt2djl.internal.hub;

import io.github.gpt2djl.DownloadException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** A file's bytes, also from a body that the server compressed although it was asked not to. */
interface Decoded {
    /** Returns the next bytes of the file, or null at its end. */
    @Nullable
    List<ByteBuffer> next() throws IOException;

    /** Tells whether the body and its Content-Length differ from the file. */
    static boolean isEncoded(HttpHeaders headers) {
        return !encoding(headers).isEmpty();
    }

    /**
     * Returns the file in a response.
     *
     * @param what the name for messages
     * @throws DownloadException if the server compressed it with another method than gzip
     */
    static Decoded of(Http.Opened response, String what, Duration stall) throws IOException {
        String encoding = encoding(response.headers());
        if (encoding.isEmpty()) {
            return () -> response.body().next(stall);
        }
        if (!encoding.equals("gzip") && !encoding.equals("x-gzip")) {
            throw new DownloadException(
                    what + " came with the Content-Encoding \"" + encoding + "\", expected none or gzip; the server was"
                            + " asked not to compress, check HF_ENDPOINT and the proxy",
                    null);
        }
        return new Decoded() {
            private @Nullable InputStream unzipped;

            @Override
            public @Nullable List<ByteBuffer> next() throws IOException {
                try {
                    if (unzipped == null) {
                        unzipped = new GZIPInputStream(new BodyStream(response.body(), stall), 1 << 16);
                    }
                    byte[] piece = new byte[1 << 16];
                    int count = unzipped.read(piece);
                    return count < 0 ? null : List.of(ByteBuffer.wrap(piece, 0, count));
                } catch (EOFException e) {
                    throw new Retry.TransientException("the connection ended within the compressed file", null, e);
                } catch (ZipException e) {
                    throw new DownloadException(
                            what + " came with the Content-Encoding gzip and is not in that form (" + e.getMessage()
                                    + "); try again, check HF_ENDPOINT and the proxy",
                            e);
                }
            }
        };
    }

    private static String encoding(HttpHeaders headers) {
        String encoding =
                String.join(", ", headers.allValues("Content-Encoding")).strip().toLowerCase(Locale.ROOT);
        return encoding.equals("identity") ? "" : encoding;
    }

    /** A body in the form that the JDK's decoders read. */
    final class BodyStream extends InputStream {
        private final Body body;
        private final Duration stall;
        private final Deque<ByteBuffer> waiting = new ArrayDeque<>();

        BodyStream(Body body, Duration stall) {
            this.body = body;
            this.stall = stall;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 255;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            while (waiting.isEmpty() || !waiting.element().hasRemaining()) {
                if (!waiting.isEmpty()) {
                    waiting.remove();
                    continue;
                }
                List<ByteBuffer> piece = body.next(stall);
                if (piece == null) {
                    return -1;
                }
                waiting.addAll(piece);
            }
            int count = Math.min(length, waiting.element().remaining());
            waiting.element().get(target, offset, count);
            return count;
        }
    }
}
