package io.github.gpt2djl.internal.checkpoint;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A file that shows its tensors under the published names: with one prefix for all tensors, and a tied table under the
 * table's name. The stored names may be any names that transformers accepts.
 *
 * <p>transformers looks up each name with and without the prefix of the architecture. If the file has only the head,
 * transformers takes a tied table from the head: safetensors.torch.save_model writes GPT-2 and OPT in this way.
 *
 * @param file the file with the tensors
 * @param stored the stored names, by the published names
 */
record TensorNames(TensorFile file, Map<String, String> stored) implements TensorFile {
    /** The prefixes with a head, with a head but without the inner model's name, and of the inner model alone. */
    private static final List<String> OPT_PREFIXES = List.of("model.decoder.", "decoder.", "");

    private static final List<String> GPT_PREFIXES = List.of("transformer.", "");

    /** {@return the possible prefixes of the names, longer ones first} */
    static List<String> prefixes(Architecture architecture) {
        return architecture == Architecture.OPT ? OPT_PREFIXES : GPT_PREFIXES;
    }

    /** Returns a name without its prefix. */
    static String bare(Architecture architecture, String name) {
        return name.substring(prefixes(architecture).stream()
                .filter(name::startsWith)
                .findFirst()
                .orElse("")
                .length());
    }

    /**
     * Returns the file itself if its names are the published ones, or else a file that finds its tensors by these
     * names.
     *
     * @throws MalformedCheckpointException if a tensor is stored with and without the prefix, and the two differ
     */
    static TensorFile published(TensorFile file, ModelConfig config) throws MalformedCheckpointException {
        Architecture architecture = config.architecture();
        Map<String, String> byBareName = new LinkedHashMap<>();
        String prefix = null;
        boolean mixed = false;
        for (String name : file.names()) {
            String bare = bare(architecture, name);
            if (bare.startsWith("lm_head.")) {
                continue;
            }
            String own = name.substring(0, name.length() - bare.length());
            String before = byBareName.put(bare, name);
            if (before != null) {
                checkSame(file, before, name);
            }
            mixed |= prefix != null && !prefix.equals(own);
            if (prefix == null || own.length() > prefix.length()) {
                prefix = own;
            }
        }
        String table = PublishedNames.table(architecture);
        boolean headStandsForTable = config.tiedHead()
                && !byBareName.containsKey(table)
                && file.find(PublishedNames.HEAD) != null
                && prefix != null;
        if (!headStandsForTable && !(mixed && isSplit(byBareName, architecture, table))) {
            return file;
        }
        Map<String, String> stored = new LinkedHashMap<>();
        for (String name : file.names()) {
            String bare = bare(architecture, name);
            if (name.equals(PublishedNames.HEAD) && headStandsForTable) {
                stored.put(prefix + table, PublishedNames.HEAD);
            } else {
                stored.put(bare.startsWith("lm_head.") ? bare : prefix + bare, name);
            }
        }
        return new TensorNames(file, stored);
    }

    /**
     * Tells whether a tensor of the model has another prefix than the table. The tensors of other heads have no prefix.
     */
    private static boolean isSplit(Map<String, String> byBareName, Architecture architecture, String table) {
        String stored = byBareName.get(table);
        if (stored == null) {
            return false;
        }
        String prefix = stored.substring(0, stored.length() - table.length());
        List<String> ofModel = List.of(
                PublishedNames.layers(architecture),
                PublishedNames.positions(architecture),
                PublishedNames.finalNorm(architecture) + ".",
                "project_in.",
                "project_out.");
        return byBareName.entrySet().stream()
                .anyMatch(entry -> !entry.getValue().equals(prefix + entry.getKey())
                        && ofModel.stream().anyMatch(entry.getKey()::startsWith));
    }

    private static void checkSame(TensorFile file, String one, String other) throws MalformedCheckpointException {
        TensorInfo first = file.find(one);
        TensorInfo second = file.find(other);
        if (first == null || second == null || !file.isSame(first, second)) {
            throw new MalformedCheckpointException(
                    file.name(),
                    "has two tensors for one: " + one + " and " + other + "; save it again with one of them");
        }
    }

    @Override
    public String name() {
        return file.name();
    }

    @Override
    public @Nullable TensorInfo find(String tensor) {
        String name = stored.get(tensor);
        TensorInfo found = name == null ? null : file.find(name);
        return found == null ? null : new TensorInfo(tensor, found.dtype(), found.shape(), found.begin(), found.end());
    }

    @Override
    public List<String> names() {
        return List.copyOf(stored.keySet());
    }

    @Override
    public boolean isSame(TensorInfo one, TensorInfo other) {
        return file.isSame(original(one), original(other));
    }

    @Override
    public void read(TensorInfo tensor, ByteBuffer buffer, Pieces pieces) throws IOException {
        file.read(original(tensor), buffer, pieces);
    }

    private TensorInfo original(TensorInfo tensor) {
        TensorInfo found = file.find(stored.getOrDefault(tensor.name(), ""));
        if (found == null) {
            throw new IllegalArgumentException(tensor + " is not a tensor of " + name());
        }
        return found;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /** Tells whether the head is the embedding table. A file may hold a separate head, whatever config.json says. */
    static boolean isTied(Checkpoint checkpoint) {
        TensorFile tensors = checkpoint.tensors();
        TensorInfo head = tensors.find(PublishedNames.HEAD);
        return head == null
                ? checkpoint.config().tiedHead()
                : tensors.names().stream()
                        .filter(other -> !other.equals(PublishedNames.HEAD))
                        .map(tensors::find)
                        .anyMatch(other -> other != null && tensors.isSame(head, other));
    }
}
