package io.github.gpt2djl.internal.generation;

import io.github.gpt2djl.InsufficientMemoryException;
import io.github.gpt2djl.internal.decoder.KvPrefix;
import io.github.gpt2djl.internal.decoder.RowPrefix;
import io.github.gpt2djl.internal.decoder.RunningBatch;
import io.github.gpt2djl.internal.loop.KnownPrefix;
import io.github.gpt2djl.internal.loop.Prefixes;
import org.jspecify.annotations.Nullable;

/** Knows the keys and values of the text that was computed last, for a session, and the texts that the model's cache knows. */
public final class HeldPrefix implements Prefixes, AutoCloseable {
    /** The minimum number of tokens of a part: copying many small parts would take longer than computing some tokens. */
    private static final int PART = 64;

    private final Prefixes shared;
    private @Nullable KvPrefix held;

    public HeldPrefix(Prefixes shared) {
        this.shared = shared;
    }

    private HeldPrefix(Prefixes shared, @Nullable KvPrefix held) {
        this.shared = shared;
        this.held = held == null ? null : held.retain();
    }

    /** Knows the same text. Copies nothing. */
    public synchronized HeldPrefix fork() {
        return new HeldPrefix(shared, held);
    }

    /** The number of a text's first tokens whose keys and values are held. */
    public synchronized int matching(int[] ids) {
        return held == null ? 0 : held.matching(ids);
    }

    /** Holds a prefix of which the caller was the user. */
    public synchronized void hold(KvPrefix prefix) {
        close();
        held = prefix;
    }

    /** What is held, with a new user; null if nothing is. */
    public synchronized @Nullable KvPrefix prefix() {
        return held == null ? null : held.retain();
    }

    @Override
    public synchronized @Nullable KnownPrefix longest(int[] ids) {
        KnownPrefix other = shared.longest(ids);
        int tokens = Math.min(matching(ids), ids.length - 1);
        if (held == null || tokens < 1 || (other != null && other.tokens() >= tokens)) {
            return other;
        }
        if (other != null) {
            other.close();
        }
        return new KnownPrefix(held.retain(), tokens);
    }

    @Override
    public synchronized void add(RunningBatch batch, int place, int[] ids) {
        shared.add(batch, place, ids);
        int inherited = matching(ids);
        if (inherited == ids.length) {
            return;
        }
        KvPrefix parent = held;
        while (parent != null && inherited - parent.inherited() < PART) {
            inherited = Math.min(inherited, parent.inherited());
            parent = parent.parent();
        }
        try {
            hold(RowPrefix.copy(batch, place, ids, parent, parent == null ? 0 : inherited));
        } catch (InsufficientMemoryException e) {
            // The text goes on; its tokens are computed again the next time.
        }
    }

    /** Frees the memory that nobody else uses. */
    @Override
    public synchronized void close() {
        if (held != null) {
            held.release();
            held = null;
        }
    }
}
