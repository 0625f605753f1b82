package io.github.gpt2djl.internal.hub;

import io.github.gpt2djl.internal.files.WholeFile;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
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
    /** The maximum size of a ref's file. A commit has 40 characters. */
    private static final long MOST_REF = 1000;

    static final String COMMIT = "[0-9a-f]{7,64}";
    private static final String PART = "[A-Za-z0-9][A-Za-z0-9_.-]{0,95}";

    /** Tells whether a revision is a full commit, whose files never change. */
    static boolean isCommit(String revision) {
        return revision.matches("[0-9a-f]{40}");
    }

    /** Tells whether a text is {@code org/name} by the Hub's rules. */
    static boolean isRepository(String text) {
        return text.matches(PART + "/" + PART) && !text.contains("..") && !text.contains("--");
    }

    Path folder(String repository) {
        return root.resolve("models--" + repository.replace("/", "--"));
    }

    /** Returns the snapshots to try first, if they are present: the pinned one, and the one of refs/main. */
    List<Path> preferred(String repository, @Nullable String pinned) {
        Stream<Path> first = pinned == null ? Stream.empty() : Stream.of(commit(repository, pinned));
        return Stream.concat(first, at(repository, "main").stream())
                .filter(Files::isDirectory)
                .distinct()
                .toList();
    }

    /** Returns all snapshots, sorted. Returns none if there is no such folder or it cannot be read. */
    List<Path> snapshots(String repository) {
        try (Stream<Path> commits = Files.list(folder(repository).resolve("snapshots"))) {
            return commits.filter(Files::isDirectory).sorted().toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of();
        }
    }

    /** Returns the snapshots that do not belong to a branch or a tag. */
    List<Path> unnamed(String repository) {
        Set<String> named = refs(repository).keySet();
        return snapshots(repository).stream()
                .filter(folder -> !named.contains(Objects.toString(folder.getFileName())))
                .toList();
    }

    /** Returns the known branches and tags, sorted, by their commits. A slash in a name is a folder of refs. */
    Map<String, List<String>> refs(String repository) {
        Path refs = folder(repository).resolve("refs");
        Map<String, List<String>> byCommit = new TreeMap<>();
        try (Stream<Path> all = Files.walk(refs)) {
            for (Path ref : all.filter(Files::isRegularFile).sorted().toList()) {
                if (Files.size(ref) < MOST_REF) {
                    byCommit.computeIfAbsent(Files.readString(ref).strip(), commit -> new ArrayList<>())
                            .add(refs.relativize(ref).toString().replace(File.separatorChar, '/'));
                }
            }
            return byCommit;
        } catch (IOException | UncheckedIOException e) {
            return byCommit;
        }
    }

    /** Returns the snapshot of a commit, or of the commit that a branch or a tag names in the cache. */
    Optional<Path> at(String repository, String revision) {
        String commit = revision;
        if (!isCommit(revision)) {
            Path ref = folder(repository).resolve("refs").resolve(revision);
            try {
                // After Python asked for a file that does not exist, a ref may name a commit without a snapshot. A
                // revision without a ref may be a snapshot's folder, as for Python.
                commit = !Files.isRegularFile(ref)
                        ? revision
                        : Files.size(ref) < MOST_REF ? Files.readString(ref).strip() : "";
            } catch (IOException e) {
                return Optional.empty();
            }
        }
        return commit.matches(COMMIT)
                ? Optional.of(commit(repository, commit)).filter(Files::isDirectory)
                : Optional.empty();
    }

    /**
     * Tells whether the Hub reported that a commit has no such file. huggingface_hub records this in {@code .no_exist}.
     */
    boolean isAbsent(String repository, String commit, String file) {
        return Files.exists(absent(repository, commit).resolve(file));
    }

    /** Records that a commit has no such file. */
    void setAbsent(String repository, String commit, String file) throws IOException {
        Path folder = Files.createDirectories(absent(repository, commit));
        checkInside(folder);
        Files.write(folder.resolve(file), new byte[0]);
    }

    private Path absent(String repository, String commit) {
        return folder(repository).resolve(".no_exist").resolve(commit);
    }

    Path commit(String repository, String commit) {
        return folder(repository).resolve("snapshots").resolve(commit);
    }

    Path blob(String repository, String etag) {
        return folder(repository).resolve("blobs").resolve(etag);
    }

    /** Links {@code snapshots/<commit>/<file>} to a blob. If links are not possible, the file moves there. */
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

    /** Makes a branch or tag name a commit. Python's tools look for refs/main first. */
    void setRef(String repository, String revision, String commit) throws IOException {
        Path ref = folder(repository).resolve("refs").resolve(revision);
        checkInside(Files.createDirectories(ref.getParent()));
        WholeFile.write(ref, commit);
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
}
