package io.github.gpt2djl.hub;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the cache holds of a model.
 *
 * @param folder the snapshot, or null if nothing is here
 * @param missing the files that it lacks
 * @param loads whether it can be loaded; all that may be missing is a tokenizer
 * @param note why none was taken, to be added to a message, or empty
 */
record CachedModel(@Nullable Path folder, List<String> missing, boolean loads, String note) {
    private static final CachedModel NONE = new CachedModel(null, List.of(), false, "");

    /** Whether no file is missing. */
    boolean isWhole() {
        return loads && missing.isEmpty();
    }

    /** The folder, if it can be loaded. */
    Optional<Path> loadable() {
        return loads ? Optional.ofNullable(folder) : Optional.empty();
    }

    /**
     * Looks for a model: the pinned snapshot, then that of refs/main, then the only other one; the first that is whole,
     * else the first that loads, else one of which something is here.
     *
     * @param name a name of the catalog, or {@code org/name}
     * @throws IOException if none can be loaded and one leads out of the cache or cannot be read
     */
    static CachedModel find(HubCache cache, String name) throws IOException {
        Optional<Catalog.Model> known = Catalog.find(name);
        String repository = known.map(Catalog.Model::repository).orElse(name);
        if (!HubCache.isRepository(repository)) {
            return NONE;
        }
        List<String> published = known.map(model ->
                        model.files().stream().map(Catalog.RemoteFile::name).toList())
                .orElse(ModelFiles.LEAST);
        List<Path> preferred = new ArrayList<>(
                cache.preferred(repository, known.map(Catalog.Model::revision).orElse(null)));
        List<Path> others = new ArrayList<>(cache.snapshots(repository));
        if (known.isPresent()) {
            // Python keeps models--gpt2 where it was asked for gpt2, and not for openai-community/gpt2.
            preferred.addAll(cache.preferred(known.get().name(), null));
            others.addAll(cache.snapshots(known.get().name()));
        }
        others.removeAll(preferred);
        List<CachedModel> first = new ArrayList<>();
        List<CachedModel> last = new ArrayList<>();
        IOException failure = null;
        for (Path folder : concat(preferred, others)) {
            try {
                cache.checkInside(folder);
                (preferred.contains(folder) ? first : last).add(of(folder, published));
            } catch (IOException e) {
                failure = e;
            }
        }
        for (Predicate<CachedModel> wanted :
                List.<Predicate<CachedModel>>of(CachedModel::isWhole, CachedModel::loads)) {
            Optional<CachedModel> found = first.stream().filter(wanted).findFirst();
            List<CachedModel> rest = last.stream().filter(wanted).toList();
            if (found.isPresent() || rest.size() == 1) {
                return found.orElseGet(() -> rest.get(0));
            }
            if (rest.size() > 1) {
                return new CachedModel(
                        null,
                        List.of(),
                        false,
                        ". "
                                + cache.folder(repository).resolve("snapshots") + " holds " + rest.size()
                                + " commits, and refs/main names none of them; name the folder of one");
            }
        }
        if (failure != null) {
            throw failure;
        }
        return concat(first, last).stream()
                .filter(model -> model.folder() != null && ModelFiles.isBegun(model.folder()))
                .findFirst()
                .orElse(NONE);
    }

    private static CachedModel of(Path folder, List<String> published) {
        return new CachedModel(
                folder,
                ModelFiles.missing(folder, published),
                ModelFiles.missing(folder, ModelFiles.LEAST).isEmpty(),
                "");
    }

    private static <T> List<T> concat(List<T> one, List<T> other) {
        List<T> all = new ArrayList<>(one);
        all.addAll(other);
        return all;
    }
}
