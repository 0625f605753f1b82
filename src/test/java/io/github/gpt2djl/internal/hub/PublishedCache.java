package io.github.gpt2djl.internal.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Files as huggingface_hub keeps them: blobs, a snapshot of links to these, and the branch's commit. */
record PublishedCache(Path cache) {
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    /** Adds a repository; returns the cache. */
    Path with(String repository, List<Path> files) throws IOException {
        Path folder = cache.resolve("models--" + repository.replace("/", "--"));
        Path blobs = Files.createDirectories(folder.resolve("blobs"));
        Path snapshot = Files.createDirectories(folder.resolve("snapshots").resolve(COMMIT));
        for (Path file : files) {
            Path blob = Files.copy(file, blobs.resolve(Checksum.sha256("").of(file)));
            Files.createSymbolicLink(snapshot.resolve(file.getFileName()), snapshot.relativize(blob));
        }
        Files.writeString(Files.createDirectories(folder.resolve("refs")).resolve("main"), COMMIT);
        return cache;
    }

    /** Offline. */
    static Map<String, String> environment(Path cache) {
        return Map.of("HF_HUB_CACHE", cache.toString(), "HF_HUB_OFFLINE", "1");
    }
}
