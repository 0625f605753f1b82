package io.github.gpt2djl.internal.hub;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.internal.json.JsonText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The published models, as models/catalog.json lists them.
 *
 * <pre>{@code
 * System.out.println(Catalog.find("gpt2").orElseThrow().repository()); // openai-community/gpt2
 * System.out.println(Catalog.find("gpt2-xl").orElseThrow().config().layers()); // 48
 * }</pre>
 */
public final class Catalog {
    private static final String RESOURCE = "/io/github/gpt2djl/models/catalog.json";

    private static final List<Model> MODELS = read();

    private Catalog() {}

    /**
     * A published model.
     *
     * @param name the short name
     * @param repository {@code org/name} on the Hugging Face Hub
     * @param revision the commit that was examined, or {@code main} if none was
     * @param license the licence's identifier on the Hub, or {@code not stated} if the Hub's page names none
     * @param config the model's architecture
     * @param files the files that a copy of the model needs
     */
    public record Model(
            String name,
            String repository,
            String revision,
            String license,
            ModelConfig config,
            List<RemoteFile> files) {

        /**
         * Tells whether the files are those of one commit, which never change.
         *
         * @return false if {@link #revision} is a branch
         */
        public boolean isPinned() {
            return HubCache.isCommit(revision);
        }

        /**
         * Tells whether a download is compared with the published files: the commit and the SHA-256 of all weights are
         * known.
         *
         * @return false if the download is only compared with the Hub's own description
         */
        public boolean isVerified() {
            return isPinned()
                    && files.stream()
                            .filter(file -> ModelFiles.isWeights(file.name()))
                            .allMatch(file -> file.sha256() != null);
        }

        /** {@return the size of the weights in bytes; empty if nobody has verified it} */
        public OptionalLong weightBytes() {
            return files.stream()
                    .filter(file -> Checkpoint.WEIGHTS.contains(file.name()))
                    .map(RemoteFile::bytes)
                    .filter(Objects::nonNull)
                    .mapToLong(Long::longValue)
                    .findFirst();
        }
    }

    /**
     * A file of a published model.
     *
     * @param name the name within the repository
     * @param bytes the file's size, or null if nobody has verified it
     * @param sha256 the SHA-256 of the file's bytes in hexadecimal, or null if nobody has verified it
     */
    public record RemoteFile(
            String name, @Nullable Long bytes, @Nullable String sha256) {}

    private record Entry(
            String name,
            String repository,
            String revision,
            String license,
            JsonObject config,
            List<RemoteFile> files) {}

    /** {@return all models, smallest of a family first} */
    public static List<Model> models() {
        return MODELS;
    }

    /** {@return the short names of all models, in the same order} */
    public static List<String> names() {
        return MODELS.stream().map(Model::name).toList();
    }

    private static List<Model> read() {
        try (InputStream in = Catalog.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is not in the jar; build it again");
            }
            String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            List<Entry> entries = List.of(new Gson().fromJson(JsonText.parse(json), Entry[].class));
            List<Model> models = new ArrayList<>();
            for (Entry e : entries) {
                ModelConfig config =
                        ModelConfig.parse(RESOURCE + " " + e.name(), e.config().toString());
                models.add(new Model(e.name(), e.repository(), e.revision(), e.license(), config, e.files()));
            }
            return List.copyOf(models);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Finds a model.
     *
     * @param name the model's short name or repository
     * @return empty if the catalog has none
     */
    public static Optional<Model> find(String name) {
        return MODELS.stream()
                .filter(m -> m.name().equals(name) || m.repository().equals(name))
                .findFirst();
    }
}
