package io.github.gpt2djl;

import io.github.gpt2djl.checkpoint.Adapter;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.internal.hub.Hub;
import io.github.gpt2djl.internal.hub.Models;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The place that {@link Gpt2#load(String, LoadOptions)} loads a model from: this machine, or also the Hugging Face Hub.
 * A source also opens a model's files, for example to convert them:
 *
 * <pre>{@code
 * ModelSource source = ModelSource.download();
 * try (Gpt2 small = Gpt2.load("distilgpt2", LoadOptions.DEFAULT.withSource(source));
 *         Checkpoint files = source.open("gpt2")) {
 *     System.out.println(small.name());
 *     files.save(folder, TensorInfo.DType.F16);
 * }
 * }</pre>
 */
public final class ModelSource {
    private static final ModelSource LOCAL = new ModelSource(null);

    private final @Nullable DownloadProgress download;

    private ModelSource(@Nullable DownloadProgress download) {
        this.download = download;
    }

    /** {@return a source that searches this machine only} */
    public static ModelSource local() {
        return LOCAL;
    }

    /**
     * Returns a source that searches this machine, then the Hugging Face Hub. Missing files are downloaded into Hugging
     * Face's cache and verified.
     *
     * <p>Reads HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE as huggingface_hub does.
     *
     * @return the source
     */
    public static ModelSource download() {
        return download(DownloadProgress.NONE);
    }

    /**
     * Returns a source like {@link #download()} that reports its progress.
     *
     * @param progress a listener, called on the thread that loads
     * @return the source
     */
    public static ModelSource download(DownloadProgress progress) {
        return new ModelSource(progress);
    }

    /**
     * Opens a model's files. For an adapter's folder, opens the files of the base model, which this source finds, and
     * adds the adapter's weights.
     *
     * @param name as for {@link Gpt2#load(String)}
     * @return the files, to be closed
     * @throws java.io.FileNotFoundException if the model is not on this machine and must not be downloaded
     * @throws io.github.gpt2djl.DownloadException if the download fails; the message says what to do
     * @throws IOException if the model's files cannot be read or are malformed
     */
    public Checkpoint open(String name) throws IOException {
        return name.equals(Models.SHIPPED) ? Checkpoint.shipped(name) : open(folder(name));
    }

    /** Opens a model, or an adapter on its base. */
    Checkpoint open(Path folder) throws IOException {
        if (!Adapter.isIn(folder)) {
            return Checkpoint.open(folder);
        }
        Adapter adapter = Adapter.open(folder);
        try {
            return adapter.on(base(adapter));
        } catch (IOException | RuntimeException e) {
            adapter.close();
            throw e;
        }
    }

    /** Opens the base as PEFT finds it: by name, or by a path relative to the current directory. */
    private Checkpoint base(Adapter adapter) throws IOException {
        String name = adapter.config().base();
        if (name.equals(Models.SHIPPED)) {
            return Checkpoint.shipped(name);
        }
        Path folder;
        try {
            folder = folder(name);
        } catch (FileNotFoundException e) {
            FileNotFoundException detailed = new FileNotFoundException("the base of the adapter " + adapter.name()
                    + ", base_model_name_or_path in its adapter_config.json: " + e.getMessage());
            detailed.initCause(e);
            throw detailed;
        }
        // Not another adapter, which could name this one.
        return Checkpoint.open(folder);
    }

    /**
     * Finds a model's folder, or downloads the model.
     *
     * @param name as for {@link Gpt2#load(String)}, but not the shipped model, which has no folder
     * @return the folder with the model's files
     * @throws java.io.FileNotFoundException if the model is not on this machine and must not be downloaded
     * @throws IOException if the download fails, or the cache cannot be read
     */
    public Path folder(String name) throws IOException {
        return download == null || Models.isFolder(name)
                ? Models.folder(name, System.getenv())
                : Hub.ensure(name, System.getenv(), download);
    }
}
