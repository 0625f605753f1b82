package io.github.gpt2djl.checkpoint;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds a model by name: the shipped one, or one in Hugging Face's local cache.
 *
 * <p>Cache layout (huggingface_hub): {@code models--org--name/refs/main} holds a commit, and
 * {@code models--org--name/snapshots/<commit>/} its files. The cache is {@code HF_HUB_CACHE}, else
 * {@code $HF_HOME/hub}, else {@code ~/.cache/huggingface/hub}.
 */
public final class ModelNames {
    /** The model that travels inside the jar. */
    public static final String SHIPPED = "shakespeare";

    private ModelNames() {}

    /**
     * Opens the model of that name; a name that is an existing folder's path is that folder.
     *
     * @param name {@code shakespeare}, {@code gpt2}, {@code gpt2-medium}, {@code gpt2-large}, {@code gpt2-xl},
     *     {@code distilgpt2}, any {@code org/name} in the cache, or a folder
     * @param environment the process's environment variables
     * @throws FileNotFoundException if there is no such model on this machine; the message says how to get it
     * @throws IOException if its files cannot be read
     */
    public static Checkpoint open(String name, Map<String, String> environment) throws IOException {
        if (name.equals(SHIPPED)) {
            return Checkpoint.shipped(name);
        }
        if (name.isBlank() || name.indexOf('\0') >= 0) {
            throw new FileNotFoundException("the model's name is blank, expected a name or a folder");
        }
        Optional<Catalog.Model> known = Catalog.find(name);
        if (known.isEmpty() && Files.exists(Path.of(name))) {
            return Checkpoint.open(Path.of(name));
        }
        Optional<Path> cached = cached(name, environment);
        if (cached.isPresent()) {
            return Checkpoint.open(cached.get());
        }
        throw new FileNotFoundException(known.isPresent() ? absent(known.get(), environment) : unknown(name));
    }

    /** The architecture of the model that travels inside the jar. */
    public static ModelConfig shippedConfig() throws IOException {
        return Checkpoint.shippedConfig(SHIPPED);
    }

    /**
     * The folder of a model in Hugging Face's cache.
     *
     * @param name a name of the catalog, or {@code org/name}
     * @return the snapshot's folder, or empty if the cache does not know the model
     * @throws IOException if the cache's entry is damaged
     */
    public static Optional<Path> cached(String name, Map<String, String> environment) throws IOException {
        String repository = Catalog.find(name).map(Catalog.Model::repository).orElse(name);
        if (!repository.matches("[\\w.-]+/[\\w.-]+")) {
            return Optional.empty();
        }
        // Before the organisations were introduced, models--gpt2 was the folder's name.
        for (String candidate : List.of(repository, name)) {
            Path folder = cache(environment).resolve("models--" + candidate.replace("/", "--"));
            if (Files.isDirectory(folder)) {
                return Optional.of(snapshot(folder));
            }
        }
        return Optional.empty();
    }

    private static String absent(Catalog.Model model, Map<String, String> environment) {
        String repository = model.repository();
        String files = String.join(
                " ", model.files().stream().map(Catalog.RemoteFile::name).toList());
        return "model " + model.name() + " is not on this machine: looked for "
                + cache(environment).resolve("models--" + repository.replace("/", "--"))
                + ". Get it with \"hf download "
                + repository + " " + files + "\" (Python's huggingface_hub), or download these files from"
                + " https://huggingface.co/" + repository + " into a folder and name the folder";
    }

    private static String unknown(String name) {
        List<String> names = Catalog.models().stream().map(Catalog.Model::name).toList();
        return "no model or folder named " + name + ". Known names: " + SHIPPED + ", " + String.join(", ", names)
                + "; anything else is a folder with config.json, model.safetensors and tokenizer.json";
    }

    private static Path cache(Map<String, String> environment) {
        String hub = environment.get("HF_HUB_CACHE");
        String home = environment.get("HF_HOME");
        if (hub != null && !hub.isEmpty()) {
            return Path.of(hub);
        }
        if (home != null && !home.isEmpty()) {
            return Path.of(home, "hub");
        }
        return Path.of(System.getProperty("user.home"), ".cache", "huggingface", "hub");
    }

    private static Path snapshot(Path folder) throws IOException {
        Path snapshots = folder.resolve("snapshots");
        Path main = folder.resolve("refs").resolve("main");
        if (Files.exists(main)) {
            String commit = Files.readString(main).strip();
            // A commit is hexadecimal: nothing else may become a path.
            if (commit.matches("[0-9a-f]+") && Files.isDirectory(snapshots.resolve(commit))) {
                return snapshots.resolve(commit);
            }
            throw new FileNotFoundException(main + " names the commit \"" + commit + "\", which is not in " + snapshots
                    + "; download it again");
        }
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
}
