package io.github.gpt2djl;

import io.github.gpt2djl.internal.hub.Catalog;
import io.github.gpt2djl.internal.hub.Models;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A model that {@link Gpt2#load(String)} knows by its short name, and its location on this machine.
 *
 * <pre>{@code
 * for (KnownModel model : KnownModel.all()) {
 *     System.out.println(model.name() + (model.isAvailable() ? " is here" : ": download " + model.repository()));
 * }
 * System.out.println(KnownModel.find("gpt2-xl").orElseThrow().config().layers()); // 48
 * }</pre>
 *
 * @param name the short name
 * @param repository {@code org/name} on the Hugging Face Hub; null for the shipped model
 * @param license the licence's identifier on the Hub, or {@code not stated} where its page names none
 * @param config the model's architecture
 * @param downloadBytes size of the weights in bytes; empty for the shipped model, and where the size has not been
 *     verified
 * @param folder the folder of the model's files in Hugging Face's cache; null for the shipped model, and where the
 *     cache does not hold all files
 */
public record KnownModel(
        String name,
        @Nullable String repository,
        String license,
        ModelConfig config,
        OptionalLong downloadBytes,
        @Nullable Path folder) {

    /**
     * Returns all known models, with the current state of the cache.
     *
     * @return the shipped model, then the catalog's, the smallest of each family first
     * @throws IOException if the jar is damaged
     */
    public static List<KnownModel> all() throws IOException {
        return Stream.concat(Stream.of(shipped()), Catalog.models().stream().map(KnownModel::of))
                .toList();
    }

    /**
     * Finds a known model.
     *
     * @param name the model's short name or repository
     * @return empty if no known model has the name
     * @throws IOException if the jar is damaged
     */
    public static Optional<KnownModel> find(String name) throws IOException {
        return name.equals(Models.SHIPPED)
                ? Optional.of(shipped())
                : Catalog.find(name).map(KnownModel::of);
    }

    /** {@return whether the model can be loaded without a download} */
    public boolean isAvailable() {
        return repository == null || folder != null;
    }

    private static KnownModel shipped() throws IOException {
        ModelConfig config = Models.shippedConfig();
        return new KnownModel(Models.SHIPPED, null, Models.SHIPPED_LICENSE, config, OptionalLong.empty(), null);
    }

    private static KnownModel of(Catalog.Model model) {
        return new KnownModel(
                model.name(),
                model.repository(),
                model.license(),
                model.config(),
                model.weightBytes(),
                folder(model.name()));
    }

    private static @Nullable Path folder(String name) {
        try {
            return Models.cached(name, System.getenv()).orElse(null);
        } catch (IOException e) {
            // A damaged cache entry does not hide other models.
            return null;
        }
    }
}
