package io.github.gpt2djl.internal.hub;

import io.github.gpt2djl.DownloadException;
import io.github.gpt2djl.DownloadProgress;
import io.github.gpt2djl.internal.hub.Catalog.RemoteFile;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Downloads models from Hugging Face's Hub into its cache, where Python's tools also find them.
 *
 * <pre>{@code
 * Path snapshot = Hub.download("openai-community/gpt2", "main", System.getenv(), DownloadProgress.NONE);
 * System.out.println(Files.size(snapshot.resolve("model.safetensors")));
 * }</pre>
 *
 * @see <a href="https://huggingface.co/docs/huggingface_hub/guides/manage-cache">the cache</a>
 */
public final class Hub {
    private final HubSettings settings;
    private final HubCache cache;
    private final DownloadProgress progress;
    private final Retry retry;
    private final HubFiles files;
    private final RepositoryLock lock;

    Hub(HubSettings settings, DownloadProgress progress, Retry retry) {
        this.settings = settings;
        this.cache = new HubCache(settings.cache());
        this.progress = progress;
        this.retry = retry;
        this.files = new HubFiles(settings, cache, progress, retry);
        this.lock = new RepositoryLock(settings, cache, progress);
    }

    /**
     * Fetches the missing files of a model. Sends no request if no file is missing.
     *
     * @param name a name of the catalog, or {@code org/name}; either may end in {@code @revision}
     * @param revision a branch, tag or commit; null means the name's revision, else the catalog's commit, else main
     * @param environment the process's environment variables: HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN,
     *     HF_HUB_OFFLINE and their former names, as huggingface_hub reads them
     * @param progress receives the progress
     * @return the folder with the model's files
     * @throws DownloadException if the model cannot be fetched; the message says what to do
     * @throws IOException if the cache cannot be read or written
     * @throws IllegalArgumentException if the name or the revision is malformed, or the name has another revision
     */
    public static Path download(
            String name, @Nullable String revision, Map<String, String> environment, DownloadProgress progress)
            throws IOException {
        return new Hub(HubSettings.of(environment), progress, Retry.DEFAULT).download(name, revision);
    }

    /**
     * Returns the folder of a model on this machine. Fetches the model first if it is not whole, and otherwise sends no
     * request.
     *
     * @param name as for {@link #download(String, String, Map, DownloadProgress)}
     * @param environment as for {@link #download(String, String, Map, DownloadProgress)}
     * @param progress receives the progress
     * @return the folder with the model's files
     * @throws DownloadException if the model cannot be fetched; the message says what to do
     * @throws IOException if the cache cannot be read or written
     * @throws IllegalArgumentException if the name is malformed
     */
    public static Path ensure(String name, Map<String, String> environment, DownloadProgress progress)
            throws IOException {
        return new Hub(HubSettings.of(environment), progress, Retry.DEFAULT).ensure(name);
    }

    Path ensure(String name) throws IOException {
        ModelName model = ModelName.parse(name);
        CachedModel here = CachedModel.find(cache, model);
        Path folder = here.loadable().orElse(null);
        if (folder == null) {
            return download(model);
        }
        if (here.isWhole() && (ModelFiles.hasTokenizer(folder) || isWithoutTokenizer(model, folder))) {
            return folder;
        }
        try {
            return download(model);
        } catch (DownloadException | Http.StatusException e) {
            progress.note("without a tokenizer, which could not be fetched: " + e.getMessage());
            return folder;
        }
    }

    private boolean isWithoutTokenizer(ModelName model, Path folder) {
        String commit = Objects.toString(folder.getFileName());
        return ModelFiles.TOKENIZERS.stream().allMatch(file -> cache.isAbsent(model.repository(), commit, file));
    }

    Path download(String name, @Nullable String revision) throws IOException {
        return download(ModelName.of(name, revision));
    }

    private Path download(ModelName model) throws IOException {
        String repository = model.repository();
        if (!HubCache.isRepository(repository)) {
            throw new IllegalArgumentException(
                    "\"" + model.name() + "\" is no model's name, expected org/name or a known name, such as "
                            + String.join(", ", Catalog.names().subList(0, 3))
                            + " (the command models and KnownModel.all() list all of them), with or without @revision");
        }
        if (settings.offline()) {
            return offline(model);
        }
        Optional<Catalog.Model> pinned = model.pinned();
        if (pinned.isPresent()) {
            return download(pinned.get(), model.revision() != null);
        }
        String wanted = model.revision() == null ? "main" : model.revision();
        return lock.run(repository, () -> new UncataloguedModel(files, cache).fetch(repository, wanted));
    }

    /** Finds a whole model in the cache, as huggingface_hub's snapshot_download does without the network. */
    private Path offline(ModelName model) throws IOException {
        CachedModel here = CachedModel.find(cache, model);
        if (here.isWhole() && here.folder() != null) {
            return here.folder();
        }
        throw new DownloadException(
                "HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE forbids the network, and " + model
                        + (here.folder() == null
                                ? " is not in " + cache.folder(model.repository()) + here.note()
                                : " lacks " + String.join(", ", here.missing()) + " in " + here.folder())
                        + "; unset it and give the command \"download " + model
                        + "\", or copy the files there and name the folder",
                null);
    }

    Path download(Catalog.Model model) throws IOException {
        return download(model, false);
    }

    private Path download(Catalog.Model model, boolean exactly) throws IOException {
        Optional<Path> present = complete(model, exactly);
        if (present.isEmpty()) {
            return lock.run(model.repository(), () -> catalogued(model, exactly));
        }
        String commit = Objects.toString(present.get().getFileName());
        if (optional(model).anyMatch(file -> !files.isKnown(model.repository(), commit, file))) {
            // An earlier version did not ask for these files. The model is whole without them, even in a folder that
            // nobody may write to.
            Hub once = new Hub(settings, progress, new Retry(1, retry.firstWait(), retry.longestWait(), retry.stall()));
            try {
                lock.run(model.repository(), () -> once.fetchOptional(model, commit));
            } catch (InterruptedIOException e) {
                throw e;
            } catch (IOException e) {
                progress.note("the model is whole; the files beside it could not be fetched: " + e.getMessage());
            }
        }
        return present.get();
    }

    /** Returns the folder of a catalogued model with all files, at the catalog's commit, or else at main's commit. */
    private Optional<Path> complete(Catalog.Model model, boolean exactly) throws IOException {
        List<Path> folders = exactly
                ? cache.at(model.repository(), model.revision()).stream().toList()
                : cache.preferred(model.repository(), model.revision());
        for (Path folder : folders) {
            if (model.files().stream().allMatch(f -> Files.exists(folder.resolve(f.name())))) {
                cache.checkInside(folder);
                return Optional.of(folder);
            }
        }
        return Optional.empty();
    }

    private Path catalogued(Catalog.Model model, boolean exactly) throws IOException {
        Optional<Path> byAnother = complete(model, exactly);
        if (byAnother.isPresent()) {
            return byAnother.get();
        }
        // The weights come last: if they are present, all other files have been asked for.
        for (RemoteFile file : model.files()) {
            if (!ModelFiles.isWeights(file.name())) {
                files.fetch(model.repository(), model.revision(), file);
            }
        }
        Path folder = fetchOptional(model, model.revision());
        for (RemoteFile file : model.files()) {
            if (ModelFiles.isWeights(file.name())) {
                files.fetch(model.repository(), model.revision(), file);
            }
        }
        if (cache.at(model.repository(), "main").isEmpty()) {
            files.setRef(model.repository(), "main", model.revision());
        }
        return folder;
    }

    private static Stream<String> optional(Catalog.Model model) {
        return ModelFiles.OPTIONAL.stream()
                .filter(name ->
                        model.files().stream().noneMatch(file -> file.name().equals(name)));
    }

    private Path fetchOptional(Catalog.Model model, String commit) throws IOException {
        for (String file : optional(model).toList()) {
            files.fetchIfPresent(model.repository(), commit, file);
        }
        return cache.commit(model.repository(), commit);
    }
}
