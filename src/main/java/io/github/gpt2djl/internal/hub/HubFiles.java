package io.github.gpt2djl.internal.hub;

import io.github.gpt2djl.DownloadException;
import io.github.gpt2djl.DownloadProgress;
import io.github.gpt2djl.internal.hub.Catalog.RemoteFile;
import io.github.gpt2djl.internal.hub.FileFetcher.Wanted;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;

/** Fetches the Hub's files one by one: asks for the description of each file, and puts the file into the cache. */
final class HubFiles {
    private final HubSettings settings;
    private final HubCache cache;
    private final DownloadProgress progress;
    private final Retry retry;
    private final Http http;

    HubFiles(HubSettings settings, HubCache cache, DownloadProgress progress, Retry retry) {
        this.settings = settings;
        this.cache = cache;
        this.progress = progress;
        this.retry = retry;
        this.http = new Http(settings.token(), retry);
    }

    /** The Hub's description of a file. */
    record Remote(String commit, String etag, long size) {}

    /** Tells whether a file is in the cache, or known not to exist. */
    boolean isKnown(String repository, String commit, String file) {
        return Files.exists(cache.commit(repository, commit).resolve(file)) || cache.isAbsent(repository, commit, file);
    }

    /** Fetches one file unless it is in the cache. Returns false if the commit has no file of that name. */
    boolean fetchIfPresent(String repository, String commit, String name) throws IOException {
        if (cache.isAbsent(repository, commit, name)) {
            return false;
        }
        try {
            fetch(repository, commit, new RemoteFile(name, null, null));
            return true;
        } catch (Http.StatusException e) {
            if (e.status != 404) {
                throw e;
            }
            if (e.isNoSuchFile && HubCache.isCommit(commit)) {
                cache.setAbsent(repository, commit, name);
            }
            return false;
        }
    }

    /** Fetches one file unless it is in the cache. Returns the file's commit. */
    String fetch(String repository, String revision, RemoteFile file) throws IOException {
        if (!file.name().matches("[A-Za-z0-9_][\\w.-]{0,200}")) {
            throw new DownloadException(
                    repository + " names the file \"" + file.name() + "\", expected one beside config.json", null);
        }
        if (HubCache.isCommit(revision)
                && Files.exists(cache.commit(repository, revision).resolve(file.name()))) {
            return revision;
        }
        Remote remote = describe(repository, revision, file);
        Path blob = cache.blob(repository, remote.etag());
        if (!Files.exists(blob)) {
            Checksum checksum = file.sha256() != null ? Checksum.sha256(file.sha256()) : Checksum.ofEtag(remote.etag());
            // This is not huggingface_hub's own name: its lock is of another kind, so both could write at once.
            Path partial = blob.resolveSibling(remote.etag() + ".gpt2-djl.part");
            var uri = settings.resolve(repository, remote.commit(), file.name());
            new FileFetcher(http, retry, progress)
                    .fetch(new Wanted(uri, file.name(), remote.size(), checksum), partial, blob);
        }
        cache.link(repository, remote.commit(), file.name(), blob);
        return remote.commit();
    }

    private Remote describe(String repository, String revision, RemoteFile file) throws IOException {
        var uri = settings.resolve(repository, revision, file.name());
        HttpResponse<Void> answer = retry.run(file.name(), progress, () -> http.head(uri));
        return describe(answer.headers(), answer.statusCode(), uri.toString(), revision, file);
    }

    /** Reads a file's description from the headers of an answer. */
    static Remote describe(HttpHeaders headers, int status, String uri, String revision, RemoteFile file)
            throws IOException {
        String commit = headers.firstValue("X-Repo-Commit").orElse(revision);
        String etag = headers.firstValue("X-Linked-Etag")
                .or(() -> headers.firstValue("ETag"))
                // Servers that compress add a mark to the ETag.
                .map(e -> e.replaceFirst("^W/", "").replace("\"", "").replaceFirst("-gzip$", ""))
                .orElse("");
        // The length of a redirect or of a compressed body is not the length of the file.
        boolean isFile = status < 300 && !Decoded.isEncoded(headers);
        String size = headers.firstValue("X-Linked-Size")
                .or(() -> headers.firstValue("Content-Length").filter(length -> isFile))
                .orElse("-1");
        long bytes;
        try {
            bytes = Long.parseLong(size);
        } catch (NumberFormatException e) {
            throw new DownloadException(uri + " has \"" + size + "\" bytes, expected a number", e);
        }
        if (!commit.matches(HubCache.COMMIT) || !etag.matches("[\\w-]{1,128}")) {
            throw new DownloadException(
                    uri + " answered with the commit \"" + commit + "\" and the ETag \"" + etag
                            + "\", expected those of the Hub; check HF_ENDPOINT",
                    null);
        }
        if (file.bytes() != null && bytes >= 0 && bytes != file.bytes()) {
            throw new DownloadException(
                    uri + " has " + bytes + " bytes, expected " + file.bytes() + ", those of the published file", null);
        }
        return new Remote(commit, etag, bytes);
    }

    /** Writes a ref, which Python's tools read without the network. If this fails, the model is still in the cache. */
    void setRef(String repository, String revision, String commit) {
        try {
            cache.setRef(repository, revision, commit);
        } catch (IOException e) {
            progress.note("refs/" + revision + " of " + repository + " could not be written: " + e.getMessage());
        }
    }
}
