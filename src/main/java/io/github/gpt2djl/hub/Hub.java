package io.github.gpt2djl.hub;

import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.ShardedTensors;
import io.github.gpt2djl.hub.Catalog.RemoteFile;
import io.github.gpt2djl.hub.FileFetcher.Wanted;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Downloads models from Hugging Face's Hub into its cache, where Python's tools find them, too.
 *
 * <pre>{@code
 * Path snapshot = Hub.download("openai-community/gpt2", "main", System.getenv(), DownloadProgress.NONE);
 * System.out.println(Files.size(snapshot.resolve("model.safetensors")));
 * }</pre>
 *
 * @see <a href="https://huggingface.co/docs/huggingface_hub/guides/manage-cache">the cache</a>
 */
public final class Hub {
    /** A file lock holds back other processes, but not this one's threads. */
    private static final ReentrantLock THIS_PROCESS = new ReentrantLock();

    private final HubSettings settings;
    private final HubCache cache;
    private final DownloadProgress progress;
    private final Retry retry;
    private final Http http;

    Hub(HubSettings settings, DownloadProgress progress, Retry retry) {
        this.settings = settings;
        this.cache = new HubCache(settings.cache());
        this.progress = progress;
        this.retry = retry;
        this.http = new Http(settings.token(), retry);
    }

    /** What the Hub says of a file. */
    record Remote(String commit, String etag, long size) {}

    /**
     * Fetches what is missing of a model; asks nobody if nothing is.
     *
     * @param name a name of the catalog, or {@code org/name}
     * @param revision a branch, tag or commit; null: the catalog's commit, or main
     * @param environment the process's environment variables: HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN,
     *     HF_HUB_OFFLINE
     * @param progress told how it goes
     * @return the folder with the model's files
     * @throws DownloadException if it cannot be had; the message says what to do
     * @throws IOException if the cache cannot be read or written
     * @throws IllegalArgumentException if the name or the revision is not well-formed
     */
    public static Path download(
            String name, @Nullable String revision, Map<String, String> environment, DownloadProgress progress)
            throws IOException {
        return new Hub(HubSettings.of(environment), progress, Retry.DEFAULT).download(name, revision);
    }

    /**
     * The folder of a model on this machine, fetched first if it is not whole here; asks nobody if it is.
     *
     * @param name as for {@link #download(String, String, Map, DownloadProgress)}
     * @param environment as for {@link #download(String, String, Map, DownloadProgress)}
     * @param progress told how it goes
     * @return the folder with the model's files
     * @throws DownloadException if it cannot be had; the message says what to do
     * @throws IOException if the cache cannot be read or written
     * @throws IllegalArgumentException if the name is not well-formed
     */
    public static Path ensure(String name, Map<String, String> environment, DownloadProgress progress)
            throws IOException {
        return new Hub(HubSettings.of(environment), progress, Retry.DEFAULT).ensure(name);
    }

    Path ensure(String name) throws IOException {
        Optional<Path> here = Catalog.find(name).isEmpty() && HubCache.isRepository(name)
                ? cache.snapshot(name, null).filter(Hub::isWhole)
                : Optional.empty();
        return here.isPresent() ? here.get() : download(name, null);
    }

    Path download(String name, @Nullable String revision) throws IOException {
        Optional<Catalog.Model> known = Catalog.find(name);
        String repository = known.map(Catalog.Model::repository).orElse(name);
        if (!HubCache.isRepository(repository)) {
            throw new IllegalArgumentException("\"" + name + "\" is no model's name, expected one of "
                    + String.join(", ", Catalog.names()) + ", or org/name");
        }
        if (revision != null && (!revision.matches("[A-Za-z0-9][\\w./-]{0,200}") || revision.contains(".."))) {
            throw new IllegalArgumentException(
                    "the revision is \"" + revision + "\", expected a branch, a tag or a commit");
        }
        if (known.isPresent()
                && (revision == null || revision.equals(known.get().revision()))) {
            return download(known.get());
        }
        String wanted = revision == null ? "main" : revision;
        return locked(repository, wanted, () -> probed(repository, wanted));
    }

    Path download(Catalog.Model model) throws IOException {
        Optional<Path> present = complete(model);
        return present.isPresent()
                ? present.get()
                : locked(model.repository(), model.revision(), () -> catalogued(model));
    }

    /** The folder of a catalogued model whose files are all here, at the catalog's commit or at main's. */
    private Optional<Path> complete(Catalog.Model model) throws IOException {
        return cache.snapshot(model.repository(), model.revision())
                .filter(folder -> model.files().stream().allMatch(f -> Files.exists(folder.resolve(f.name()))));
    }

    private Path catalogued(Catalog.Model model) throws IOException {
        Optional<Path> byAnother = complete(model);
        if (byAnother.isPresent()) {
            return byAnother.get();
        }
        for (RemoteFile file : model.files()) {
            fetch(model.repository(), model.revision(), file);
        }
        if (!Files.exists(cache.folder(model.repository()).resolve("refs").resolve("main"))) {
            cache.setMain(model.repository(), model.revision());
        }
        return cache.commit(model.repository(), model.revision());
    }

    /** Any other repository: of each kind of file the preferred one that it has. */
    private Path probed(String repository, String revision) throws IOException {
        // The first answer tells the commit; all else is asked of it, so that a push in between mixes nothing.
        String commit = fetch(repository, revision, new RemoteFile("config.json", null, null));
        String weights = null;
        for (String name : Checkpoint.WEIGHTS) {
            if (weights == null && fetchIfPresent(repository, commit, name)) {
                weights = name;
            }
        }
        if (weights == null) {
            throw new DownloadException(
                    repository + " at " + revision + " has none of " + String.join(", ", Checkpoint.WEIGHTS)
                            + "; expected a model with weights in one of these forms",
                    null);
        }
        Path folder = cache.commit(repository, commit);
        if (weights.endsWith(".index.json")) {
            for (String shard : ShardedTensors.files(folder.resolve(weights))) {
                fetch(repository, commit, new RemoteFile(shard, null, null));
            }
        }
        if (!fetchIfPresent(repository, commit, "tokenizer.json") && fetchIfPresent(repository, commit, "vocab.json")) {
            fetch(repository, commit, new RemoteFile("merges.txt", null, null));
        }
        fetchIfPresent(repository, commit, Checkpoint.GENERATION_CONFIG);
        for (String file : Checkpoint.BESIDE_TOKENIZER) {
            fetchIfPresent(repository, commit, file);
        }
        if (revision.equals("main")) {
            cache.setMain(repository, commit);
        }
        return folder;
    }

    private static boolean isWhole(Path folder) {
        try {
            Optional<String> weights = Checkpoint.WEIGHTS.stream()
                    .filter(name -> Files.exists(folder.resolve(name)))
                    .findFirst();
            boolean index = weights.isPresent() && weights.get().endsWith(".index.json");
            return weights.isPresent()
                    && Files.exists(folder.resolve("config.json"))
                    && (!index
                            || ShardedTensors.files(folder.resolve(weights.get())).stream()
                                    .allMatch(shard -> Files.exists(folder.resolve(shard))));
        } catch (IOException e) {
            return false;
        }
    }

    private boolean fetchIfPresent(String repository, String commit, String name) throws IOException {
        try {
            fetch(repository, commit, new RemoteFile(name, null, null));
            return true;
        } catch (Http.StatusException e) {
            if (e.status == 404) {
                return false;
            }
            throw e;
        }
    }

    /** Fetches one file unless it is here; returns its commit. */
    private String fetch(String repository, String revision, RemoteFile file) throws IOException {
        if (!file.name().matches("[A-Za-z0-9_][\\w.-]{0,200}")) {
            throw new DownloadException(
                    repository + " names the file \"" + file.name() + "\", expected one beside config.json", null);
        }
        boolean isCommit = revision.matches("[0-9a-f]{40}");
        if (isCommit && Files.exists(cache.commit(repository, revision).resolve(file.name()))) {
            return revision;
        }
        Remote remote = describe(repository, revision, file);
        Path blob = cache.blob(repository, remote.etag());
        if (!Files.exists(blob)) {
            Checksum checksum = file.sha256() != null ? Checksum.sha256(file.sha256()) : Checksum.ofEtag(remote.etag());
            // Not huggingface_hub's own name: its lock is of another kind, so both could write at once.
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
        return describe(
                retry.run(file.name(), progress, () -> http.head(uri)).headers(), uri.toString(), revision, file);
    }

    /** What the headers of an answer say of a file. */
    static Remote describe(HttpHeaders headers, String uri, String revision, RemoteFile file) throws IOException {
        String commit = headers.firstValue("X-Repo-Commit").orElse(revision);
        String etag = headers.firstValue("X-Linked-Etag")
                .or(() -> headers.firstValue("ETag"))
                .map(e -> e.replaceFirst("^W/", "").replace("\"", ""))
                .orElse("");
        String size = headers.firstValue("X-Linked-Size")
                .or(() -> headers.firstValue("Content-Length"))
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

    /** What needs the network. */
    private interface Fetching {
        Path run() throws IOException;
    }

    /** A model is fetched by one process at a time, so that two fetch it once. */
    private Path locked(String repository, String revision, Fetching fetching) throws IOException {
        if (settings.offline()) {
            throw new DownloadException(
                    "HF_HUB_OFFLINE forbids the network, and " + repository + " at " + revision
                            + " is not known whole in " + cache.folder(repository)
                            + "; unset it, or copy the files there and name the folder",
                    null);
        }
        for (String part : new String[] {"", "blobs", "snapshots", "refs"}) {
            cache.checkInside(cache.folder(repository).resolve(part));
        }
        Path folder = Files.createDirectories(settings.cache()
                .resolve(".locks")
                .resolve(cache.folder(repository).getFileName()));
        THIS_PROCESS.lock();
        try (FileChannel channel = FileChannel.open(
                folder.resolve("gpt2-djl.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (channel.tryLock() == null) {
                progress.note("another process downloads " + repository + "; waiting for it");
                channel.lock();
            }
            return fetching.run();
        } finally {
            THIS_PROCESS.unlock();
        }
    }
}
