package io.github.gpt2djl.spark;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.LoadOptions;
import io.github.gpt2djl.ModelSource;
import io.github.gpt2djl.Precision;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.SparkFiles;
import org.apache.spark.TaskContext;

/**
 * What travels to the executors of a model: its name. Each process loads it once, for all its tasks, and keeps it.
 *
 * @param name of the library's catalog or the Hub, a folder at the same path on every machine, or one that came by
 *     {@code --archives}
 * @param precision of the weights
 * @param device where an executor computes, as {@link DeviceChoice#parse} reads it
 * @param threads of one native operation; 0: as many as a task has cores
 * @param download whether a machine that lacks the model may fetch it
 * @param trustFiles whether a tokenizer's regular expressions are run that no published model has
 */
record ExecutorModel(String name, Precision precision, String device, int threads, boolean download, boolean trustFiles)
        implements Serializable {
    private static final Map<ExecutorModel, Gpt2> LOADED = new HashMap<>();

    /** The model of this process; on an executor. */
    Gpt2 get() throws IOException {
        synchronized (LOADED) {
            Gpt2 gpt2 = LOADED.get(this);
            if (gpt2 == null) {
                gpt2 = load();
                LOADED.put(this, gpt2);
            }
            return gpt2;
        }
    }

    private Gpt2 load() throws IOException {
        LoadOptions options = new LoadOptions(
                precision,
                DeviceChoice.parse(device),
                threads == 0 ? TaskContext.get().cpus() : threads,
                download ? ModelSource.download() : ModelSource.local(),
                trustFiles);
        Path sent = Path.of(SparkFiles.get(name));
        return Files.isDirectory(sent) ? Gpt2.load(sent, options) : Gpt2.load(name, options);
    }
}
