package io.github.gpt2djl.internal.hub;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The files of a model that are in the cache.
 *
 * @param folder the snapshot, or null if nothing is in the cache
 * @param missing the files that the snapshot lacks
 * @param loads whether the model can be loaded; at most a tokenizer may be missing
 * @param note the reason why no snapshot was taken, to be added to a message, or empty
 */
record CachedModel(@Nullable Path folder, List<String> missing, boolean loads, String note) {
    private static final CachedModel NONE = new CachedModel(null, List.of(), false, "");

    /** Tells whether no file is missing. */
    boolean isWhole() {
        return loads && missing.isEmpty();
    }

    /** Returns the folder, if the model can be loaded. */
    Optional<Path> loadable() {
        return loads ? Optional.ofNullable(folder) : Optional.empty();
    }

    /**
     * Looks for a model. With a revision, only the revision's snapshot counts. Without a revision, the order is the
     * pinned snapshot, the snapshot of refs/main, then the only other one that is no other branch or tag. The first
     * whole snapshot is taken, else the first that loads, else one in which a file is present.
     *
     * @throws IOException if no snapshot can be loaded, and one leads out of the cache or cannot be read
     */
    static CachedModel find(HubCache cache, ModelName model) throws IOException {
        if (!model.isRepository()) {
            return NONE;
        }
        List<String> published = model.files().orElse(ModelFiles.LEAST);
        // Python keeps models--gpt2 if it was asked for gpt2 rather than for openai-community/gpt2.
        Set<String> repositories = new LinkedHashSet<>(List.of(model.repository()));
        model.known().ifPresent(known -> repositories.add(known.name()));
        List<Path> preferred = new ArrayList<>();
        List<Path> others = new ArrayList<>();
        for (String repository : repositories) {
            if (model.revision() == null) {
                preferred.addAll(cache.preferred(
                        repository, model.pinned().map(Catalog.Model::revision).orElse(null)));
                others.addAll(cache.unnamed(repository));
            } else {
                cache.at(repository, model.revision()).ifPresent(preferred::add);
            }
        }
        return best(cache, model, published, preferred, others);
    }

    private static CachedModel best(
            HubCache cache, ModelName model, List<String> published, List<Path> preferred, List<Path> others)
            throws IOException {
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
                                + cache.folder(model.repository()).resolve("snapshots") + " holds " + rest.size()
                                + " commits, and refs/main names none of them; name the folder of one, or "
                                + model.name() + "@COMMIT");
            }
        }
        if (failure != null) {
            throw failure;
        }
        return concat(first, last).stream()
                .filter(begun -> begun.folder() != null && ModelFiles.isBegun(begun.folder()))
                .findFirst()
                .orElseGet(() -> none(cache, model));
    }

    /** Other revisions are other models. None of them is taken, but the note names them. */
    private static CachedModel none(HubCache cache, ModelName model) {
        List<String> refs = cache.refs(model.repository()).values().stream()
                .flatMap(List::stream)
                .map(ref -> model.name() + "@" + ref)
                .filter(other -> !other.equals(model.name() + "@main") && !other.equals(model.toString()))
                .toList();
        return refs.isEmpty()
                ? NONE
                : new CachedModel(null, List.of(), false, ", which holds " + String.join(", ", refs));
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
