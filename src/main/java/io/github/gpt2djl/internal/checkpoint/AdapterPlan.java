package io.github.gpt2djl.internal.checkpoint;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.Adapter;
import io.github.gpt2djl.checkpoint.AdapterConfig;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import io.github.gpt2djl.internal.checkpoint.AdaptedTensors.Change;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides how an adapter changes a base's tensors, as PEFT computes with an adapter that is not merged into the base.
 * An embedding table that is stored whole or adapted is no longer tied to the head. A head that is stored whole or
 * adapted is no longer tied to the table.
 */
public final class AdapterPlan {
    private final Adapter adapter;
    private final Checkpoint base;
    private final AdapterParts parts;
    private final String table;
    private final Map<String, TensorInfo> whole;
    private final Map<String, Change> changes = new LinkedHashMap<>();

    private AdapterPlan(Adapter adapter, Checkpoint base) throws MalformedCheckpointException {
        this.adapter = adapter;
        this.base = base;
        parts = AdapterParts.of(adapter, base.config());
        table = AdaptedModule.table(base.config().architecture()) + ".weight";
        whole = new LinkedHashMap<>(parts.whole());
    }

    /**
     * Checks all shapes; reads nothing yet.
     *
     * @throws MalformedCheckpointException if a tensor is missing or misshapen
     */
    public static Checkpoint on(Adapter adapter, Checkpoint base) throws MalformedCheckpointException {
        TensorFile tensors = base.tensors();
        if (base.config().layers() > tensors.names().size()) {
            // Checks the number of layers before a table of the layers is made.
            throw new MalformedCheckpointException(
                    tensors.name(),
                    "found " + tensors.names().size() + " tensors, and config.json describes "
                            + base.config().layers() + " layers");
        }
        return new AdapterPlan(adapter, base).checkpoint();
    }

    private Checkpoint checkpoint() throws MalformedCheckpointException {
        boolean tied = TensorNames.isTied(base);
        boolean staysTied = embeddings(tied);
        for (Map.Entry<String, AdapterParts.Pair> entry : parts.pairs().entrySet()) {
            if (!isEmbedding(entry.getKey())) {
                put(entry.getKey(), entry.getValue(), null);
            }
        }
        for (Map.Entry<String, AdapterParts.Shift> entry : parts.shifts().entrySet()) {
            put(entry.getKey(), null, entry.getValue());
        }
        for (String name : List.copyOf(whole.keySet())) {
            put(name, null, null);
        }
        ModelConfig config =
                base.config().withVocabularySize(parts.vocabularySize()).withTiedHead(staysTied);
        TensorFile tensors = new AdaptedTensors(adapter, base.tensors(), changes, staysTied ? PublishedNames.HEAD : "");
        TokenizerFiles own = adapter.tokenizer();
        return new Checkpoint(adapter.name(), config, tensors, own == null ? base.tokenizer() : own, base.settings());
    }

    private boolean isEmbedding(String name) {
        return name.equals(table) || name.equals(PublishedNames.HEAD);
    }

    /** Plans the table and the head. Returns whether the two are tied. */
    private boolean embeddings(boolean tied) throws MalformedCheckpointException {
        AdapterConfig config = adapter.config();
        boolean tableSaved = isSaved(table);
        boolean headSaved = isSaved(PublishedNames.HEAD);
        TensorInfo storedTable = whole.remove(table);
        TensorInfo storedHead = whole.remove(PublishedNames.HEAD);
        boolean staysTied = tied
                && !tableSaved
                && !headSaved
                && !parts.pairs().containsKey(table)
                && !parts.pairs().containsKey(PublishedNames.HEAD);
        if (tied && !staysTied && config.keepsTied()) {
            throw new MalformedCheckpointException(
                    adapter.name(),
                    "ensure_weight_tying is true, and the embedding table or the head is adapted or stored;"
                            + " expected false, as versions of PEFT compute it differently");
        }
        // The table and the head of a tied model share this tensor, unless they are stored whole.
        TensorInfo shared = !headSaved && storedHead != null ? storedHead : tableSaved ? null : storedTable;
        TensorInfo ownTable = tied && !tableSaved ? shared : storedTable;
        TensorInfo ownHead = tied && !headSaved ? shared : storedHead;
        if (parts.rows() != null && tied && !staysTied) {
            throw new MalformedCheckpointException(
                    adapter.name(),
                    "trainable_token_indices is " + config.tokens() + ", expected none beside an embedding"
                            + " table or a head that is adapted or stored");
        }
        embedding(table, table, ownTable, parts.rows());
        if (!staysTied) {
            embedding(PublishedNames.HEAD, tied ? table : PublishedNames.HEAD, ownHead, null);
        }
        return staysTied;
    }

    private void embedding(String name, String inBase, @Nullable TensorInfo stored, @Nullable TensorInfo rows)
            throws MalformedCheckpointException {
        TensorInfo source = stored == null ? inBase(inBase) : stored;
        if (!source.hasShape(parts.vocabularySize(), base.config().embeddingWidth())
                || !source.dtype().isFloat()) {
            throw new MalformedCheckpointException(
                    adapter.tensors().name(),
                    "found tensor " + source + " for " + name + ", expected F64, F32, F16 or BF16 ["
                            + parts.vocabularySize() + ", " + base.config().embeddingWidth() + "]");
        }
        TensorFile file = stored == null ? base.tensors() : adapter.tensors();
        AdapterParts.Pair pair = parts.pairs().get(name);
        Change change =
                new Change(file, source, pair, null, rows, adapter.config().tokens());
        if (stored != null || change.isComputed() || !name.equals(inBase)) {
            changes.put(name.equals(PublishedNames.HEAD) ? name : inBase(name).name(), change);
        }
    }

    /** Tells whether a weight is stored whole, by the end of its layer's name, as PEFT wraps layers. */
    private boolean isSaved(String weight) {
        String module = weight.replace(".weight", "");
        return adapter.config().saved().stream().anyMatch(module::endsWith);
    }

    /** Plans another tensor: the base's tensor or the one stored in its place, with the numbers to add. */
    private void put(String name, AdapterParts.@Nullable Pair pair, AdapterParts.@Nullable Shift shift)
            throws MalformedCheckpointException {
        TensorInfo inBase = inBase(name);
        TensorInfo stored = whole.remove(name);
        if (stored != null
                && (!stored.shape().equals(inBase.shape()) || !stored.dtype().isFloat())) {
            throw new MalformedCheckpointException(
                    adapter.tensors().name(),
                    "tensor " + stored + ", expected F64, F32, F16 or BF16 " + inBase.shape() + " by the base");
        }
        checkFits(name, inBase, pair, shift);
        changes.put(
                inBase.name(),
                new Change(
                        stored == null ? base.tensors() : adapter.tensors(),
                        stored == null ? inBase : stored,
                        pair,
                        shift,
                        null,
                        List.of()));
    }

    private void checkFits(
            String name, TensorInfo weight, AdapterParts.@Nullable Pair pair, AdapterParts.@Nullable Shift shift)
            throws MalformedCheckpointException {
        boolean fits = weight.dtype().isFloat();
        List<Long> expected = weight.shape();
        if (pair != null) {
            long in = pair.a().shape().get(1);
            long out = pair.b().shape().get(0);
            expected = pair.inputsFirst() ? List.of(in, out) : List.of(out, in);
        } else if (shift != null) {
            expected = shift.values().shape();
        }
        if (!fits || !weight.shape().equals(expected)) {
            throw new MalformedCheckpointException(
                    base.tensors().name(),
                    "found " + weight + " for " + name + ", expected F64, F32, F16 or BF16 " + expected + " to adapt");
        }
    }

    /** Finds a tensor of the base, with the base's prefix or without one. */
    private TensorInfo inBase(String name) throws MalformedCheckpointException {
        Architecture architecture = base.config().architecture();
        String bare = TensorNames.bare(architecture, name);
        for (String prefix : TensorNames.prefixes(architecture)) {
            TensorInfo found = base.tensors().find(prefix + bare);
            if (found != null) {
                return found;
            }
        }
        throw new MalformedCheckpointException(
                base.tensors().name(),
                "found no tensor " + name + ", which the adapter " + adapter.name() + " changes");
    }
}
