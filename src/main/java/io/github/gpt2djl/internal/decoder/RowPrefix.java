package io.github.gpt2djl.internal.decoder;

import io.github.gpt2djl.InsufficientMemoryException;
import org.jspecify.annotations.Nullable;

/** Makes a prefix of a running row. */
public final class RowPrefix {
    private RowPrefix() {}

    /**
     * Copies the keys and values of a row.
     *
     * @param batch has the row
     * @param place of the row
     * @param ids of the row's first tokens, at most as many as the row has
     * @param parent a prefix whose first {@code inherited} ids are the same, or null
     * @param inherited number of tokens to take from the parent; 0 without
     * @return the prefix of these tokens, which the caller releases
     * @throws InsufficientMemoryException if the copy is larger than the free memory
     */
    public static KvPrefix copy(RunningBatch batch, int place, int[] ids, @Nullable KvPrefix parent, int inherited) {
        return batch.compute((lifetime, memory) -> lifetime.add(
                () -> new KvPrefix(
                        lifetime,
                        ids,
                        parent,
                        inherited,
                        memory.storage().bytesPerToken(),
                        memory.storage().keep(place, inherited, ids.length - inherited)),
                KvPrefix::free));
    }
}
