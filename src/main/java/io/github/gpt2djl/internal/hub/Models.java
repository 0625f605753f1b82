package io.github.gpt2djl.internal.hub;

import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.checkpoint.Checkpoint;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds a model on this machine by name: the shipped one, one in Hugging Face's cache, or a folder.
 *
 * <pre>{@code
 * Optional<Path> cached = Models.cached("gpt2", System.getenv());
 * System.out.println(cached.isPresent() ? "in " + cached.get() : "not on this machine");
 * System.out.println(Models.shippedConfig().positions()); // 256
 * }</pre>
 */
public final class Models {
    /** The name of the model inside the jar. */
    public static final String SHIPPED = "shakespeare";

    /** The licence of the shipped model. */
    public static final String SHIPPED_LICENSE = "apache-2.0";

    private Models() {}

    /**
     * Opens the model of that name. A name that is the path of a folder with a model means that folder.
     *
     * @param name {@code shakespeare}, a name of the {@link Catalog} or any {@code org/name} in the cache, either of which
     *     may end in {@code @} with a branch, a tag or a commit, or a folder
     * @param environment the process's environment variables
     * @return the model's files, to be closed
     * @throws FileNotFoundException if there is no such model on this machine; the message says how to get it
     * @throws IOException if its files cannot be read
     */
    public static Checkpoint open(String name, Map<String, String> environment) throws IOException {
        return name.equals(SHIPPED) ? Checkpoint.shipped(name) : Checkpoint.open(folder(name, environment));
    }

    /**
     * Returns the folder of a model other than the shipped one, as {@link #open} finds it.
     *
     * @param name as for {@link #open}
     * @param environment the process's environment variables
     * @return the folder
     * @throws FileNotFoundException if there is no such model on this machine; the message says how to get it
     * @throws IOException if the cache's entry leads out of the cache
     */
    public static Path folder(String name, Map<String, String> environment) throws IOException {
        if (name.isBlank() || name.indexOf('\0') >= 0) {
            throw new FileNotFoundException("the model's name is blank, expected a name or a folder");
        }
        if (isModelFolder(name)) {
            return here(name);
        }
        ModelName model;
        try {
            model = ModelName.parse(name);
        } catch (IllegalArgumentException e) {
            if (isFolder(name)) {
                return Path.of(name);
            }
            FileNotFoundException malformed =
                    new FileNotFoundException("no model or folder named " + name + ": " + e.getMessage());
            malformed.initCause(e);
            throw malformed;
        }
        CachedModel cached = CachedModel.find(cache(environment), model);
        Optional<Path> found = cached.loadable();
        if (found.isPresent()) {
            return found.get();
        }
        if (isFolder(name)) {
            return Path.of(name);
        }
        throw new FileNotFoundException(absent(model, cached, environment));
    }

    /**
     * Tells whether a name means the path rather than a model of the Hub. It does for a folder with a model's
     * configuration, as in transformers, and for any existing path if the catalog has no model of that name.
     *
     * @param name as for {@link #open}
     * @return false for {@code shakespeare}, and for a name of the catalog if the folder of that name holds no model
     */
    public static boolean isFolder(String name) {
        return isModelFolder(name) || (mayBePath(name) && !isCatalogued(name) && Files.exists(Path.of(name)));
    }

    /** Tells whether a name can mean a path. The shipped model's name cannot. */
    private static boolean mayBePath(String name) {
        return !name.isBlank() && name.indexOf('\0') < 0 && !name.equals(SHIPPED);
    }

    private static boolean isModelFolder(String name) {
        return mayBePath(name)
                && Stream.of(Checkpoint.CONFIG, "hparams.json", ModelFiles.ADAPTER)
                        .anyMatch(file -> Files.exists(Path.of(name, file)));
    }

    /** Tells whether the catalog has the name, with a revision or without. */
    private static boolean isCatalogued(String name) {
        return Catalog.find(ModelName.withoutRevision(name)).isPresent();
    }

    /** Returns a path that cannot be taken for the catalog's model of that name. */
    private static Path here(String name) {
        return isCatalogued(name) ? Path.of(".", name) : Path.of(name);
    }

    /**
     * Reads the architecture of the model inside the jar.
     *
     * @return the model's config.json
     * @throws IOException if the jar lacks it
     */
    public static ModelConfig shippedConfig() throws IOException {
        return Checkpoint.shippedConfig(SHIPPED);
    }

    /**
     * Finds the folder of a model in Hugging Face's cache.
     *
     * @param name a name of the catalog, or {@code org/name}; either may end in {@code @revision}
     * @param environment the process's environment variables
     * @return the snapshot's folder, or empty if the cache holds none with a configuration and all weights
     * @throws IOException if the cache's entry leads out of the cache
     * @throws IllegalArgumentException if the text around an {@code @} is no name or no revision
     */
    public static Optional<Path> cached(String name, Map<String, String> environment) throws IOException {
        return inCache(name, environment).loadable();
    }

    /**
     * Returns the files that an incomplete entry of Hugging Face's cache lacks.
     *
     * @param name a name of the catalog, or {@code org/name}; either may end in {@code @revision}
     * @param environment the process's environment variables
     * @return the names of the files; empty if the model is whole, or if no file of the model is in the cache
     * @throws IOException if the cache's entry leads out of the cache
     * @throws IllegalArgumentException if the text around an {@code @} is no name or no revision
     */
    public static List<String> missing(String name, Map<String, String> environment) throws IOException {
        return inCache(name, environment).missing();
    }

    /**
     * A revision of a model in Hugging Face's cache.
     *
     * @param commit the revision's commit
     * @param refs the branches and tags that name the commit, sorted; empty if the model was requested by its commit
     * @param folder the snapshot
     */
    public record Revision(String commit, List<String> refs, Path folder) {}

    /**
     * Lists the revisions of a model in Hugging Face's cache, whole or not, as {@code hf cache ls --revisions} does.
     *
     * @param name a name of the catalog, or {@code org/name}
     * @param environment the process's environment variables
     * @return the revisions in the order of their commits; empty if nothing is in the cache
     */
    public static List<Revision> revisions(String name, Map<String, String> environment) {
        ModelName model = ModelName.parse(name);
        if (!model.isRepository()) {
            return List.of();
        }
        HubCache cache = cache(environment);
        Map<String, List<String>> refs = cache.refs(model.repository());
        return cache.snapshots(model.repository()).stream()
                .map(folder -> {
                    String commit = Objects.toString(folder.getFileName());
                    return new Revision(commit, List.copyOf(refs.getOrDefault(commit, List.of())), folder);
                })
                .toList();
    }

    private static CachedModel inCache(String name, Map<String, String> environment) throws IOException {
        return CachedModel.find(cache(environment), ModelName.parse(name));
    }

    private static HubCache cache(Map<String, String> environment) {
        return new HubCache(HubSettings.of(environment).cache());
    }

    private static String absent(ModelName model, CachedModel cached, Map<String, String> environment) {
        if (!model.isRepository()) {
            return "no model or folder named " + model + ". Known names: " + SHIPPED + ", "
                    + String.join(", ", Catalog.names())
                    + "; anything else is org/name on the Hugging Face Hub, or a folder with config.json,"
                    + " model.safetensors and tokenizer.json";
        }
        String get = "with the command \"download " + model + "\", in Java with ModelSource.download()";
        String path = model.known().isPresent() && Files.exists(Path.of(model.toString()))
                ? ". What is at the path " + here(model.toString())
                        + " was not taken, as it is no folder with config.json"
                : "";
        if (cached.folder() != null) {
            return "model " + model + " is on this machine only in part: " + cached.folder() + " lacks "
                    + String.join(", ", cached.missing()) + ". Get the rest " + get + path;
        }
        String revision = model.revision();
        String files =
                String.join(", ", model.files().orElse(List.of("config.json", "model.safetensors", "tokenizer.json")));
        return "model " + model + " is not on this machine: looked for "
                + (revision == null ? "" : "the revision " + revision + " in ")
                + cache(environment).folder(model.repository())
                + cached.note() + ". Get it " + get + ", or put these files from https://huggingface.co/"
                + model.repository() + (revision == null ? "" : "/tree/" + HubSettings.quoted(revision))
                + " into a folder and name the folder: " + files + path;
    }
}
