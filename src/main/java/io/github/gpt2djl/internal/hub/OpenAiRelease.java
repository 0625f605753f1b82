package io.github.gpt2djl.internal.hub;

import io.github.gpt2djl.DownloadException;
import io.github.gpt2djl.DownloadProgress;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import io.github.gpt2djl.internal.hub.FileFetcher.Wanted;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Downloads OpenAI's original release.
 *
 * <pre>{@code
 * Path files = OpenAiRelease.download("124M", folder.resolve("124M"), DownloadProgress.NONE);
 * try (Gpt2 model = Gpt2.load(files)) {
 *     System.out.println(model.config().parameters());
 * }
 * }</pre>
 *
 * @see <a href="https://github.com/openai/gpt-2/blob/master/download_model.py">OpenAI's own script</a>
 */
public final class OpenAiRelease {
    static final String DATA = "model.ckpt.data-00000-of-00001";

    private static final URI PUBLISHED = URI.create("https://openaipublic.blob.core.windows.net/gpt-2/models/");
    private static final List<String> MODELS = List.of("124M", "355M", "774M", "1558M");
    private static final List<String> FILES =
            List.of("hparams.json", "encoder.json", "vocab.bpe", "model.ckpt.index", DATA);

    private OpenAiRelease() {}

    /**
     * Fetches missing files into a folder, and compares all tensors with their checksums.
     *
     * @param model 124M, 355M, 774M or 1558M
     * @param folder the folder, which is created if it does not exist
     * @param progress receives the progress
     * @return the folder
     * @throws DownloadException if the model cannot be fetched; the message says what to do
     * @throws IOException if the folder cannot be written
     * @throws IllegalArgumentException if there is no such model
     */
    public static Path download(String model, Path folder, DownloadProgress progress) throws IOException {
        return download(PUBLISHED, model, folder, progress, Retry.DEFAULT);
    }

    static Path download(URI models, String model, Path folder, DownloadProgress progress, Retry retry)
            throws IOException {
        if (!MODELS.contains(model)) {
            throw new IllegalArgumentException(
                    "OpenAI published no model \"" + model + "\", expected one of " + String.join(", ", MODELS));
        }
        FileFetcher fetcher = new FileFetcher(new Http(null, retry), retry, progress);
        for (String file : FILES) {
            Path target = folder.resolve(file);
            if (!Files.exists(target)) {
                URI uri = models.resolve(model + "/" + file);
                fetcher.fetch(new Wanted(uri, file, -1, null), folder.resolve(file + ".part"), target);
            }
        }
        try {
            verifyTensors(folder);
            return folder;
        } catch (MalformedCheckpointException e) {
            Files.deleteIfExists(folder.resolve("model.ckpt.index"));
            Files.deleteIfExists(folder.resolve(DATA));
            throw new DownloadException(
                    e.getMessage() + "; the weights were damaged on the way and have been removed, download them again",
                    e);
        }
    }

    /** Reads every tensor and thereby compares its checksum, which this format has. Returns the number of tensors. */
    static int verifyTensors(Path folder) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            TensorFile tensors = checkpoint.tensors();
            ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
            for (String name : tensors.names()) {
                TensorInfo tensor = tensors.find(name);
                if (tensor != null) {
                    tensors.read(tensor, buffer, piece -> {});
                }
            }
            return tensors.names().size();
        }
    }
}
