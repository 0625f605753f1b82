package io.github.gpt2djl.internal.decoder;

import ai.djl.pytorch.jni.IValue;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The keys and values of the beginning of a text, which texts with the same beginning start from. Never changes.
 *
 * <p>A prefix that continues another one holds only the tokens behind it, and keeps the other one. So texts that branch
 * off share what they have in common.
 *
 * <p>Has one user when it is made. The last user that releases it frees its memory; closing the model does so too. Safe
 * for use by several threads at once.
 *
 * <pre>{@code
 * KvPrefix prefix;
 * try (RunningBatch batch = decoder.prefill(List.of(new int[] {20, 30, 40}), 1, 2)) {
 *     prefix = RowPrefix.copy(batch, 0, new int[] {20, 30, 40}, null, 0);
 * }
 * System.out.println(prefix.matching(new int[] {20, 30, 50})); // 2
 * prefix.release();
 * }</pre>
 */
public final class KvPrefix {
    private final Lifetime lifetime;
    private final int[] ids;
    private final @Nullable KvPrefix parent;
    private final int inherited;
    private final long bytes;
    private final IValue memory;
    private final AtomicInteger users = new AtomicInteger(1);

    /**
     * Uses the parent until this prefix is freed.
     *
     * @param ids of the whole prefix
     * @param parent of which the first {@code inherited} tokens are this prefix's; null with 0 tokens
     * @param memory keys and values of the other tokens
     */
    KvPrefix(
            Lifetime lifetime, int[] ids, @Nullable KvPrefix parent, int inherited, long bytesPerToken, IValue memory) {
        this.lifetime = lifetime;
        this.ids = ids;
        this.parent = parent == null ? null : parent.retain();
        this.inherited = inherited;
        this.memory = memory;
        bytes = bytesPerToken * (ids.length - inherited);
    }

    /** {@return the number of tokens} */
    public int length() {
        return ids.length;
    }

    /** {@return a copy of the ids} */
    public int[] ids() {
        return ids.clone();
    }

    /** {@return the prefix that this one continues, or null} */
    public @Nullable KvPrefix parent() {
        return parent;
    }

    /** {@return the number of tokens that this prefix has from its parent} */
    public int inherited() {
        return inherited;
    }

    /** {@return the size of this prefix's own keys and values, without its parent's, in bytes} */
    public long bytes() {
        return bytes;
    }

    /**
     * Counts the tokens that a text begins with.
     *
     * @param text ids
     * @return how many of this prefix's ids the text begins with
     */
    public int matching(int[] text) {
        int differs = Arrays.mismatch(ids, text);
        return differs < 0 ? ids.length : differs;
    }

    /**
     * Adds a user.
     *
     * @return this
     * @throws IllegalStateException if no user is left
     */
    public KvPrefix retain() {
        if (users.getAndUpdate(count -> count == 0 ? 0 : count + 1) == 0) {
            throw new IllegalStateException("this prefix is freed");
        }
        return this;
    }

    /** Removes a user. */
    public void release() {
        KvPrefix last = this;
        // A loop, because a chain of prefixes may be long.
        while (last != null && last.users.decrementAndGet() == 0) {
            lifetime.free(last);
            last = last.parent;
        }
    }

    /** Copies the first tokens into a place of a batch. */
    void restore(TorchModule module, IValue keysAndValues, int place, int tokens) {
        int left = tokens;
        for (KvPrefix part = this; part != null && left > 0; part = part.parent) {
            if (left > part.inherited) {
                long count = (long) left - part.inherited;
                module.call(
                        TorchMethod.RESTORE_ROW,
                        keysAndValues,
                        (long) place,
                        (long) part.inherited,
                        count,
                        part.memory);
                left = part.inherited;
            }
        }
    }

    /** Frees the memory. Called once, when no native call runs. */
    void free() {
        memory.close();
    }
}
