package io.github.gpt2djl.internal.hub;

import io.github.gpt2djl.DownloadException;
import io.github.gpt2djl.DownloadProgress;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Fetches one file. Bytes that are already on disk are kept, and only a whole and verified file gets its name. */
final class FileFetcher {
    private static final Pattern RANGE = Pattern.compile("bytes (?:(\\d{1,18})-\\d{1,18}|\\*)/(\\d{1,18}|\\*)");

    private final Http http;
    private final Retry retry;
    private final DownloadProgress progress;

    FileFetcher(Http http, Retry retry, DownloadProgress progress) {
        this.http = http;
        this.retry = retry;
        this.progress = progress;
    }

    /**
     * A file to fetch.
     *
     * @param name the name for messages
     * @param size the file's size in bytes, or -1 if it is not known
     * @param checksum the expected checksum, or null if there is none
     */
    record Wanted(URI uri, String name, long size, @Nullable Checksum checksum) {}

    /**
     * Fetches a file into {@code target} by way of {@code partial}, which a later call continues.
     *
     * @throws DownloadException if the file cannot be fetched; the message says what to do
     */
    void fetch(Wanted wanted, Path partial, Path target) throws IOException {
        Files.createDirectories(partial.getParent());
        Files.createDirectories(target.getParent());
        retry.run(wanted.name(), progress, new Retry.Attempt<Path>() {
            @Override
            public Path run() throws IOException {
                transfer(wanted, partial);
                return partial;
            }

            @Override
            public long achieved() throws IOException {
                return size(partial);
            }
        });
        if (wanted.checksum() != null) {
            wanted.checksum().verify(partial, wanted.name());
        }
        Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        progress.finished(wanted.name());
    }

    private void transfer(Wanted wanted, Path partial) throws IOException {
        long done = size(partial);
        if (wanted.size() >= 0 && done > wanted.size()) {
            Files.delete(partial);
            done = 0;
        }
        if (done == wanted.size()) {
            if (done == 0) {
                Files.write(partial, new byte[0]);
            }
            progress.started(wanted.name(), done, done);
            return;
        }
        try (Http.Opened response = http.get(wanted.uri(), done)) {
            if (response.status() == 416) {
                refused(wanted, response, partial, done);
                return;
            }
            boolean encoded = Decoded.isEncoded(response.headers());
            if (encoded && response.status() == 206) {
                // This is a part of the compressed form, which does not fit the bytes on disk.
                Files.deleteIfExists(partial);
                throw new Retry.TransientException(
                        "the server compresses and cannot go on after " + done + " bytes; starting over", null, null);
            }
            long from = response.status() == 206 ? start(response, wanted) : 0;
            if (from != done && from != 0) {
                throw new DownloadException(
                        wanted.uri() + " sent bytes from " + from + " when asked from " + done + "; remove " + partial
                                + " and try again",
                        null);
            }
            long length = response.headers()
                    .firstValue("Content-Length")
                    .filter(l -> !encoded && l.matches("\\d{1,18}"))
                    .map(Long::parseLong)
                    .orElse(-1L);
            long total = wanted.size() >= 0 ? wanted.size() : length < 0 ? -1 : from + length;
            progress.started(wanted.name(), from, total);
            Decoded bytes = Decoded.of(response, wanted.uri().toString(), retry.stall());
            long end = copy(wanted, bytes, partial, from, total);
            if (total >= 0 && end != total) {
                throw new Retry.TransientException(
                        "the connection ended after " + end + " of " + total + " bytes", null, null);
            }
        }
    }

    /**
     * Handles a server without bytes from the offset on: the file is whole, or the bytes on disk belong to another
     * file.
     */
    private static void refused(Wanted wanted, Http.Opened response, Path partial, long done) throws IOException {
        Matcher range =
                RANGE.matcher(response.headers().firstValue("Content-Range").orElse(""));
        boolean whole = range.matches() && range.group(2).equals(Long.toString(done));
        if (!whole || wanted.size() >= 0) {
            Files.delete(partial);
            throw new Retry.TransientException(
                    "the server has no bytes from " + done + " on (416); starting over", null, null);
        }
    }

    private static long start(Http.Opened response, Wanted wanted) throws DownloadException {
        String header = response.headers().firstValue("Content-Range").orElse("");
        Matcher range = RANGE.matcher(header);
        if (!range.matches() || range.group(1) == null) {
            throw new DownloadException(
                    wanted.uri() + " answered 206 with the Content-Range \"" + header + "\", expected bytes a-b/n",
                    null);
        }
        return Long.parseLong(range.group(1));
    }

    private long copy(Wanted wanted, Decoded body, Path partial, long from, long total) throws IOException {
        long end = from;
        try (FileChannel out = FileChannel.open(partial, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            checkSpace(wanted.name(), total - from, partial);
            out.truncate(from).position(from);
            for (List<ByteBuffer> piece = body.next(); piece != null; piece = body.next()) {
                for (ByteBuffer bytes : piece) {
                    end += bytes.remaining();
                    if (total >= 0 && end > total) {
                        throw new DownloadException(
                                wanted.uri() + " sends more than the " + total + " bytes that it announced", null);
                    }
                    write(out, bytes, partial);
                }
                progress.advanced(wanted.name(), end);
            }
            out.force(true);
        }
        return end;
    }

    private static void write(FileChannel out, ByteBuffer bytes, Path partial) throws IOException {
        try {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            throw new DownloadException(
                    "cannot write " + partial + ": " + e.getMessage() + "; make room (what has arrived is kept) or set"
                            + " HF_HUB_CACHE to another disk, and try again",
                    e);
        }
    }

    private static void checkSpace(String name, long needed, Path partial) throws IOException {
        long free = Files.getFileStore(partial).getUsableSpace();
        if (needed > free) {
            throw new DownloadException(
                    name + " needs " + megabytes(needed) + " more, but only " + megabytes(free) + " are free for "
                            + partial + "; make room or set HF_HUB_CACHE to another disk",
                    null);
        }
    }

    private static String megabytes(long bytes) {
        return bytes / 1_000_000 + " MB";
    }

    private static long size(Path file) throws IOException {
        return Files.exists(file) ? Files.size(file) : 0;
    }
}
