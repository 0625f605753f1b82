package io.github.gpt2djl.internal.hub;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.hub.Catalog.RemoteFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Compares a model's files with the checksums that were published for them.
 *
 * <pre>{@code
 * for (FileChecks.Result file : FileChecks.run(folder, Catalog.find("gpt2").orElseThrow())) {
 *     System.out.println(file.file() + " " + file.outcome() + ": " + file.detail());
 * }
 * }</pre>
 */
public final class FileChecks {
    private FileChecks() {}

    /** The outcome of a comparison. */
    public enum Outcome {
        /** The checksums are equal. */
        SAME,
        /** The checksums differ: the file is damaged, or is another file. */
        DIFFERENT,
        /** Nobody published a checksum of the file. */
        UNKNOWN
    }

    /**
     * The result for one file.
     *
     * @param file the file's name
     * @param outcome the outcome of the comparison
     * @param detail the checksum, and the source of the expected checksum
     */
    public record Result(String file, Outcome outcome, String detail) {}

    /**
     * Finds the catalogued model that a folder of the cache belongs to.
     *
     * @param snapshot the folder
     * @return empty if the folder is elsewhere, or of a commit that the catalog does not know
     */
    public static Optional<Catalog.Model> model(Path snapshot) {
        Path folder = snapshot.toAbsolutePath();
        return Catalog.models().stream()
                .filter(m -> folder.endsWith(
                        Path.of("models--" + m.repository().replace("/", "--"), "snapshots", m.revision())))
                .findFirst();
    }

    /**
     * Reads all files of a folder and compares each one: with the catalog, or else with its name in Hugging Face's
     * cache. In OpenAI's release, the checksums of all tensors are compared.
     *
     * @param folder the folder with a model's files
     * @param model the model with which the files are to be compared, or null
     * @return one result per file, by name
     * @throws IOException if a file cannot be read
     */
    public static List<Result> run(Path folder, Catalog.@Nullable Model model) throws IOException {
        List<Result> results = new ArrayList<>();
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        }
        for (Path file : files) {
            results.add(check(file, model));
        }
        if (Files.exists(folder.resolve("model.ckpt.index"))) {
            results.add(tensors(folder));
        }
        return results;
    }

    private static Result check(Path file, Catalog.@Nullable Model model) throws IOException {
        String name = Objects.toString(file.getFileName());
        Optional<RemoteFile> published = model == null
                ? Optional.empty()
                : model.files().stream()
                        .filter(f -> f.name().equals(name) && f.sha256() != null)
                        .findFirst();
        if (published.isPresent() && model != null) {
            Checksum expected = Checksum.sha256(Objects.toString(published.get().sha256()));
            return compare(name, file, expected, "as " + model.name() + " was published");
        }
        // A file in the cache is a link to a blob, and the blob's name is its checksum.
        Checksum named = Checksum.ofEtag(Objects.toString(file.toRealPath().getFileName()));
        if (named != null) {
            return compare(name, file, named, "as the Hub described it");
        }
        String sha256 = Checksum.sha256("").of(file);
        return new Result(name, Outcome.UNKNOWN, "sha256 " + sha256 + ", no published checksum to compare with");
    }

    private static Result compare(String name, Path file, Checksum checksum, String like) throws IOException {
        String found = checksum.of(file);
        return found.equals(checksum.expected())
                ? new Result(name, Outcome.SAME, found + ", " + like)
                : new Result(
                        name,
                        Outcome.DIFFERENT,
                        found + ", expected " + checksum.expected() + "; remove it and download it again");
    }

    private static Result tensors(Path folder) throws IOException {
        try {
            int count = OpenAiRelease.verifyTensors(folder);
            return new Result(OpenAiRelease.DATA, Outcome.SAME, "the checksums of " + count + " tensors");
        } catch (MalformedCheckpointException e) {
            return new Result(OpenAiRelease.DATA, Outcome.DIFFERENT, Objects.toString(e.getMessage()));
        }
    }
}
