package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.InsufficientMemoryException;
import io.github.gpt2djl.PrefixCacheStatistics;
import io.github.gpt2djl.internal.decoder.KvPrefix;
import io.github.gpt2djl.internal.decoder.RowPrefix;
import io.github.gpt2djl.internal.decoder.RunningBatch;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys and values of earlier texts, up to a limit of memory. The least recently used text leaves first. Texts that
 * begin alike share the memory of their beginning. Safe for use by several threads at once.
 */
public final class PrefixCache implements Prefixes, AutoCloseable {
    /**
     * The minimum number of tokens that are taken, and of new tokens that are kept: fewer are computed as fast together
     * with others.
     */
    static final int LEAST = 32;

    private final long bytesPerToken;
    private final long limit;
    /** From the least to the most recently used. */
    private final Set<KvPrefix> entries = new LinkedHashSet<>();

    private boolean closed;
    private long bytes;
    private long hits;
    private long misses;
    private long tokensSaved;

    /**
     * Creates an empty cache.
     *
     * @param bytesPerToken the size of a token's keys and values
     * @param limit maximum number of bytes of all keys and values
     */
    public PrefixCache(long bytesPerToken, long limit) {
        this.bytesPerToken = bytesPerToken;
        this.limit = limit;
    }

    @Override
    public synchronized @Nullable KnownPrefix longest(int[] ids) {
        KnownPrefix found = find(ids, ids.length - 1);
        if (found == null) {
            misses++;
        } else {
            hits++;
            tokensSaved += found.tokens();
        }
        return found;
    }

    private synchronized @Nullable KnownPrefix find(int[] ids, int most) {
        KvPrefix best = null;
        int tokens = LEAST - 1;
        for (KvPrefix entry : entries) {
            int matching = Math.min(most, entry.matching(ids));
            if (matching > tokens) {
                best = entry;
                tokens = matching;
            }
        }
        if (best == null) {
            return null;
        }
        for (KvPrefix part = best; part != null; part = part.parent()) {
            if (entries.remove(part)) {
                entries.add(part);
            }
        }
        return new KnownPrefix(best.retain(), tokens);
    }

    @Override
    public void add(RunningBatch batch, int place, int[] ids) {
        try (KnownPrefix known = find(ids, ids.length)) {
            int inherited = known == null ? 0 : known.tokens();
            long more = bytesPerToken * (ids.length - inherited);
            if (ids.length - inherited < LEAST || more > limit) {
                return;
            }
            insert(RowPrefix.copy(batch, place, ids, known == null ? null : known.prefix(), inherited));
        } catch (InsufficientMemoryException e) {
            // The text itself is computed all the same.
        }
    }

    private synchronized void insert(KvPrefix prefix) {
        if (closed) {
            prefix.release();
            return;
        }
        entries.add(prefix);
        bytes += prefix.bytes();
        while (bytes > limit) {
            evict();
        }
    }

    /** Removes the least recently used prefix that no other one continues. */
    private void evict() {
        Set<KvPrefix> parents = new HashSet<>();
        for (KvPrefix entry : entries) {
            if (entry.parent() != null) {
                parents.add(entry.parent());
            }
        }
        for (KvPrefix entry : entries) {
            if (!parents.contains(entry)) {
                entries.remove(entry);
                bytes -= entry.bytes();
                entry.release();
                return;
            }
        }
    }

    /** {@return what was found and saved so far} */
    public synchronized PrefixCacheStatistics statistics() {
        return new PrefixCacheStatistics(hits, misses, tokensSaved, entries.size(), bytes);
    }

    /** Frees the memory of all texts that no generation uses. */
    @Override
    public synchronized void close() {
        closed = true;
        entries.forEach(KvPrefix::release);
        entries.clear();
        bytes = 0;
    }
}
