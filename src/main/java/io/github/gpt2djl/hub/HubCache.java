package io.github.gpt2djl.hub;

import io.github.gpt2djl.checkpoint.Checkpoint;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Hugging Face's cache, as huggingface_hub lays it out: {@code models--org--name/blobs/<etag>} holds a file,
 * {@code snapshots/<commit>/<file>} links to it, and {@code refs/main} names the commit.
 *
 * <p>No name leads out of the cache: repositories, commits and etags are checked, and links that end elsewhere are
 * rejected.
 */
record HubCache(Path root) {
    static final String COMMIT = "[0-9a-f]{7,64}";
    private static final String PART = "[A-Za-z0-9][A-Za-z0-9_.-]{0,95}";

    /** Whether a text is {@code org/name} by the Hub's rules. */
    static boolean isRepository(String text) {
        return text.matches(PART + "/" + PART) && !text.contains("..") && !text.contains("--");
    }

    Path folder(String repository) {
        return root.resolve("models--" + repository.replace("/", "--"));
    }

    /**
     * The folder of a model's files.
     *
     * @param pinned the commit to prefer, or null
     * @return a folder with a config and weights if there is one, else the one that refs/main names or the only one;
     *     empty if the cache does not know the repository
     * @throws IOException if the cache's entry is damaged or leads out of the cache
     */
    Optional<Path> snapshot(String repository, @Nullable String pinned) throws IOException {
        Path folder = folder(repository);
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        Set<Path> candidates = new LinkedHashSet<>();
        if (pinned != null && Files.isDirectory(commit(repository, pinned))) {
            candidates.add(commit(repository, pinned));
        }
        Optional<String> main = main(repository);
        if (main.isPresent()) {
            candidates.add(commit(repository, main.get()));
        }
        if (candidates.isEmpty()) {
            candidates.add(only(folder));
        }
        List<Path> all = new ArrayList<>(candidates);
        Path best = all.stream().filter(HubCache::isLoadable).findFirst().orElse(all.get(0));
        checkInside(best);
        return Optional.of(best);
    }

    Path commit(String repository, String commit) {
        return folder(repository).resolve("snapshots").resolve(commit);
    }

    Path blob(String repository, String etag) {
        return folder(repository).resolve("blobs").resolve(etag);
    }

    /** Makes {@code snapshots/<commit>/<file>} lead to a blob; where links are not possible the file moves there. */
    void link(String repository, String commit, String file, Path blob) throws IOException {
        Path folder = Files.createDirectories(commit(repository, commit));
        Path link = folder.resolve(file);
        Path temporary =
                link.resolveSibling(file + "." + ProcessHandle.current().pid() + ".link");
        Files.deleteIfExists(temporary);
        try {
            Files.createSymbolicLink(temporary, folder.relativize(blob));
        } catch (UnsupportedOperationException | IOException e) {
            temporary = blob;
        }
        Files.move(temporary, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Sets refs/main, which is what Python's tools ask first. */
    void setMain(String repository, String commit) throws IOException {
        Path refs = Files.createDirectories(folder(repository).resolve("refs"));
        Path temporary = refs.resolve("main." + ProcessHandle.current().pid());
        Files.writeString(temporary, commit);
        Files.move(
                temporary, refs.resolve("main"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The commit that refs/main names. */
    Optional<String> main(String repository) throws IOException {
        Path main = folder(repository).resolve("refs").resolve("main");
        if (!Files.exists(main)) {
            return Optional.empty();
        }
        String commit = Files.readString(main).strip();
        if (commit.matches(COMMIT) && Files.isDirectory(commit(repository, commit))) {
            return Optional.of(commit);
        }
        throw new FileNotFoundException(main + " names the commit \"" + commit + "\", which is not in "
                + folder(repository).resolve("snapshots") + "; download it again");
    }

    /** Rejects links that end outside of the cache. */
    void checkInside(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Path real = root.toRealPath();
        List<Path> all = new ArrayList<>(List.of(folder));
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                files.forEach(all::add);
            }
        }
        for (Path path : all) {
            if (Files.exists(path) && !path.toRealPath().startsWith(real)) {
                throw new IOException(path + " leads to " + path.toRealPath() + ", outside of the cache " + real
                        + "; remove it, or set HF_HUB_CACHE to where the files are");
            }
        }
    }

    private static Path only(Path folder) throws IOException {
        Path snapshots = folder.resolve("snapshots");
        if (!Files.isDirectory(snapshots)) {
            throw new FileNotFoundException(snapshots + ": no such folder; the download did not finish, do it again");
        }
        try (Stream<Path> commits = Files.list(snapshots)) {
            List<Path> all = commits.filter(Files::isDirectory).toList();
            if (all.size() == 1) {
                return all.get(0);
            }
            throw new FileNotFoundException(snapshots + " holds " + all.size()
                    + " commits and refs/main does not say which, expected one; name the folder itself");
        }
    }

    private static boolean isLoadable(Path folder) {
        return Files.exists(folder.resolve("config.json"))
                && Checkpoint.WEIGHTS.stream().anyMatch(name -> Files.exists(folder.resolve(name)));
    }
}
