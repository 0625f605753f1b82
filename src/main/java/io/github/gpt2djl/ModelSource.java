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
 * Where {@link Gpt2#load(String, LoadOptions)} may take a model from; nothing is downloaded unless this says so. And a
 * model's files, to be written anew:
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

    /** {@return this machine only} */
    public static ModelSource local() {
        return LOCAL;
    }

    /**
     * This machine, else the Hugging Face Hub: what is missing is fetched into Hugging Face's cache and verified.
     *
     * <p>Reads HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE as huggingface_hub does.
     *
     * @return the source
     */
    public static ModelSource download() {
        return download(DownloadProgress.NONE);
    }

    /**
     * As {@link #download()}, and tells how it goes.
     *
     * @param progress told on the thread that loads
     * @return the source
     */
    public static ModelSource download(DownloadProgress progress) {
        return new ModelSource(progress);
    }

    /**
     * Opens a model's files; with an adapter's folder those of its base, which this source finds, with the adapter's
     * weights added.
     *
     * @param name as for {@link Gpt2#load(String)}
     * @return the files, to be closed
     * @throws java.io.FileNotFoundException if it is not on this machine and may not be fetched
     * @throws io.github.gpt2djl.DownloadException if it cannot be fetched; the message says what to do
     * @throws IOException if its files cannot be read or are malformed
     */
    public Checkpoint open(String name) throws IOException {
        return name.equals(Models.SHIPPED) ? Checkpoint.shipped(name) : open(folder(name));
    }

    /** A model, or an adapter on its base. */
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

    /** Found as PEFT finds it: a name, or a folder seen from the current directory. */
    private Checkpoint base(Adapter adapter) throws IOException {
        String name = adapter.config().base();
        if (name.equals(Models.SHIPPED)) {
            return Checkpoint.shipped(name);
        }
        Path folder;
        try {
            folder = folder(name);
        } catch (FileNotFoundException e) {
            FileNotFoundException told = new FileNotFoundException("the base of the adapter " + adapter.name()
                    + ", base_model_name_or_path in its adapter_config.json: " + e.getMessage());
            told.initCause(e);
            throw told;
        }
        // Not another adapter, which could name this one.
        return Checkpoint.open(folder);
    }

    /**
     * Finds a model's folder, or fetches the model.
     *
     * @param name as for {@link Gpt2#load(String)}, but not the shipped model, which has no folder
     * @return the folder with the model's files
     * @throws java.io.FileNotFoundException if it is not on this machine and may not be fetched
     * @throws IOException if it cannot be fetched, or the cache cannot be read
     */
    public Path folder(String name) throws IOException {
        return download == null || Models.isFolder(name)
                ? Models.folder(name, System.getenv())
                : Hub.ensure(name, System.getenv(), download);
    }
}
