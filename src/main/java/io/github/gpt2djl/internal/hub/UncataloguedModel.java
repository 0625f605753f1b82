package io.github.gpt2djl.internal.hub;

import io.github.gpt2djl.DownloadException;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.internal.files.ShardedTensors;
import io.github.gpt2djl.internal.hub.Catalog.RemoteFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Fetches a model whose files the catalog does not list. */
record UncataloguedModel(HubFiles files, HubCache cache) {
    /** Fetches the preferred file of each kind that the repository has. The weights come last. */
    Path fetch(String repository, String revision) throws IOException {
        // The first answer names the commit. All other files are requested from this commit, so that a push in between
        // mixes nothing.
        String commit = commit(repository, revision);
        Path folder = cache.commit(repository, commit);
        List<String> forms = files.fetchIfPresent(repository, commit, ModelFiles.ADAPTER)
                ? ModelFiles.ADAPTER_WEIGHTS
                : Checkpoint.WEIGHTS;
        for (String file : ModelFiles.OPTIONAL) {
            files.fetchIfPresent(repository, commit, file);
        }
        String weights = null;
        for (String name : forms) {
            if (weights == null && files.fetchIfPresent(repository, commit, name)) {
                weights = name;
            }
        }
        if (weights == null) {
            throw new DownloadException(
                    repository + " at " + revision + " has none of " + String.join(", ", forms)
                            + "; expected a model with weights in one of these forms",
                    null);
        }
        if (weights.endsWith(".index.json")) {
            for (String shard : ShardedTensors.files(folder.resolve(weights))) {
                files.fetch(repository, commit, new RemoteFile(shard, null, null));
            }
        }
        if (!revision.equals(commit)) {
            files.setRef(repository, revision, commit);
        }
        return folder;
    }

    /**
     * Fetches the configuration to learn the revision's commit. Takes an adapter's configuration if there is no other.
     */
    private String commit(String repository, String revision) throws IOException {
        try {
            return files.fetch(repository, revision, new RemoteFile(Checkpoint.CONFIG, null, null));
        } catch (Http.StatusException e) {
            if (!e.isNoSuchFile) {
                throw e;
            }
            try {
                return files.fetch(repository, revision, new RemoteFile(ModelFiles.ADAPTER, null, null));
            } catch (Http.StatusException neither) {
                throw e;
            }
        }
    }
}
