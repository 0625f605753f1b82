package io.github.gpt2djl.internal.hub;

import io.github.gpt2djl.DownloadProgress;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;

/** Lets one process at a time fetch a model, so that two processes fetch the model once. */
record RepositoryLock(HubSettings settings, HubCache cache, DownloadProgress progress) {
    /** A lock for this process. A file lock holds back other processes, but not this process's threads. */
    private static final ReentrantLock THIS_PROCESS = new ReentrantLock();

    /** An action that needs the network. */
    interface Fetching {
        Path run() throws IOException;
    }

    /** Runs an action while no other process and no other thread fetches a model of the repository. */
    Path run(String repository, Fetching fetching) throws IOException {
        for (String part : new String[] {"", "blobs", "snapshots", "refs", ".no_exist"}) {
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
