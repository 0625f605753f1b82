package io.github.gpt2djl.internal.hub;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A model of the Hub as a user names it: {@code gpt2}, {@code org/name}, or either with {@code @revision}.
 *
 * @param name a name of the catalog, or {@code org/name}
 * @param revision a branch, a tag or a commit; null means the catalog's commit, or main
 */
record ModelName(String name, @Nullable String revision) {

    /**
     * Reads a name, which may have a revision.
     *
     * @throws IllegalArgumentException if the text around an {@code @} is no name or no revision
     */
    static ModelName parse(String text) {
        int at = text.indexOf('@');
        if (at < 0) {
            return new ModelName(text, null);
        }
        String name = text.substring(0, at);
        String revision = text.substring(at + 1);
        if (name.isBlank()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" has no name before the @, expected a model's name, like org/name" + text);
        }
        if (revision.isBlank()) {
            throw new IllegalArgumentException("\"" + text
                    + "\" has no revision after the @, expected a branch, a tag or a commit, like " + name + "@main");
        }
        if (revision.indexOf('@') >= 0) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" has more than one @, expected one, between a model's name and a revision");
        }
        if (name.equals(Models.SHIPPED)) {
            throw new IllegalArgumentException("found the revision " + revision + " of " + name
                    + ", expected none: that model is in the jar; leave @" + revision + " out");
        }
        return new ModelName(name, checked(revision));
    }

    /**
     * Reads a name and a revision that may be given separately.
     *
     * @throws IllegalArgumentException if the two have different revisions, or one of them is malformed
     */
    static ModelName of(String text, @Nullable String revision) {
        ModelName model = parse(text);
        if (revision == null || revision.equals(model.revision)) {
            return model;
        }
        if (model.revision != null) {
            throw new IllegalArgumentException("found the revision " + model.revision + " in the name " + text
                    + " and the revision " + revision + " beside it, expected one of them");
        }
        return new ModelName(text, checked(revision));
    }

    /** Returns a text without its revision, even if it is malformed. */
    static String withoutRevision(String text) {
        int at = text.indexOf('@');
        return at < 0 ? text : text.substring(0, at);
    }

    /** Returns the catalog's entry for the model, whatever the revision. */
    Optional<Catalog.Model> known() {
        return Catalog.find(name);
    }

    /** Returns the catalog's entry if the revision is the catalog's own commit, of which all files are known. */
    Optional<Catalog.Model> pinned() {
        return known().filter(Catalog.Model::isPinned)
                .filter(model -> revision == null || revision.equals(model.revision()));
    }

    /** Returns the names of the files that the catalog lists, unless the revision is another one. */
    Optional<List<String>> files() {
        return known().filter(model -> revision == null || revision.equals(model.revision()))
                .map(model ->
                        model.files().stream().map(Catalog.RemoteFile::name).toList());
    }

    String repository() {
        return known().map(Catalog.Model::repository).orElse(name);
    }

    boolean isRepository() {
        return HubCache.isRepository(repository());
    }

    /** Returns the text that the command download and --model accept. */
    @Override
    public String toString() {
        return revision == null ? name : name + "@" + revision;
    }

    private static String checked(String revision) {
        if (!isRevision(revision)) {
            throw new IllegalArgumentException(
                    "the revision is \"" + revision + "\", expected a branch, a tag or a commit");
        }
        try {
            // The cache's refs have the revision's name.
            var unused = Path.of(revision);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(
                    "the revision \"" + revision + "\" cannot be a file's name on this system; name its commit", e);
        }
        return revision;
    }

    /**
     * Tells whether git accepts a text as the name of a branch or a tag. Such a name never leads out of the cache's
     * folder refs.
     *
     * @see <a href="https://git-scm.com/docs/git-check-ref-format">the rules</a>
     */
    private static boolean isRevision(String text) {
        if (text.isEmpty() || text.length() > 200 || text.startsWith("-") || text.endsWith(".")) {
            return false;
        }
        for (String part : text.split("/", -1)) {
            if (part.isEmpty() || part.startsWith(".") || part.contains("..") || part.endsWith(".lock")) {
                return false;
            }
        }
        return text.chars().noneMatch(c -> c <= ' ' || c == 127 || "~^:?*[\\@".indexOf(c) >= 0);
    }
}
