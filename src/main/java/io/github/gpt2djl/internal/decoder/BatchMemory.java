package io.github.gpt2djl.internal.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.IValue;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.internal.decoder.BatchBuffers.StepArguments;
import org.jspecify.annotations.Nullable;

/** The native memory of a batch: keys and values, and the buffers of a step. Grows when rows join. */
final class BatchMemory {
    private final NDManager manager;
    private final int vocabulary;
    private final int places;
    private final KvStorage storage;
    private final BatchBuffers buffers;
    private @Nullable Logits verified;
    private int expectedRows;
    private int joiningTokens;
    private final int width;
    /** Whether memory is zeroed when it is allocated: on a GPU, which does so at once. */
    private final boolean zeros;

    BatchMemory(TorchModule module, NDManager parent, ModelConfig config, ExecutionTarget target, int places) {
        this.places = places;
        vocabulary = config.vocabularySize();
        width = config.width();
        zeros = places > 1 && target.device().isGpu();
        storage = new KvStorage(module, config, target);
        manager = parent.newSubManager();
        manager.setName("kv-cache");
        try {
            buffers = new BatchBuffers(manager, vocabulary);
        } catch (RuntimeException | Error e) {
            manager.close();
            throw e;
        }
    }

    /** Makes an owner for the temporary arrays of one native call. The caller closes the owner. */
    NDManager scope() {
        return manager.newSubManager();
    }

    BatchBuffers buffers() {
        return buffers;
    }

    KvStorage storage() {
        return storage;
    }

    /** Announces the number of rows that there will be soon; 0 if the number is not known. */
    void expect(int rows) {
        expectedRows = rows;
    }

    /** Announces the tokens that a joining row has, which are kept when the memory grows. */
    void holdJoining(int tokens) {
        joiningTokens = tokens;
    }

    /**
     * Makes room for rows that join.
     *
     * @param joining number of joining rows
     * @param room tokens of each joining row
     * @return keys and values
     */
    IValue reserve(int joining, int room) {
        int needed = buffers.count() + joining;
        if (needed > places) {
            throw new IllegalStateException(
                    joining + " rows cannot join " + buffers.count() + " in a cache with " + places + " places");
        }
        int now = storage.rows();
        // From the second time on at least doubles: growing row by row would move all rows each time.
        int rows = needed <= now ? now : (int) Math.min(places, Math.max(Math.max(needed, expectedRows), 2L * now));
        return allocate(rows, room);
    }

    /** Allocates memory. If memory is lacking, the running rows stay unchanged. */
    private IValue allocate(int rows, int room) {
        storage.check(rows, room);
        buffers.grow(rows);
        return storage.reserve(rows, room, Math.max(buffers.longest(), joiningTokens), zeros);
    }

    /** Appends one id to each row. Rejects more steps than the cache has room for. */
    StepArguments feed(int[] ids, int steps) {
        if (buffers.count() == 0 || buffers.longest() + steps > storage.capacity()) {
            throw new IllegalStateException("the cache is full at " + storage.capacity() + " tokens");
        }
        clear(steps);
        return buffers.feed(ids, manager);
    }

    /**
     * Zeroes what the attention of the next steps reads behind shorter rows: it multiplies these numbers by zero, so
     * they must be finite. Rows whose lengths differ much have an attention call of their own (batch.py), which reads
     * nothing else; twice that difference is cleared, to be safe.
     */
    private void clear(int steps) {
        int count = buffers.count();
        long longest = buffers.longest();
        long shorter = 0;
        for (int row = 0; row < count; row++) {
            shorter += longest - buffers.length(row);
        }
        if (!zeros && shorter > 0 && shorter * width <= 2L * 16384 * count) {
            for (int row = 0; row < count; row++) {
                storage.clear(row, buffers.length(row), longest + steps);
            }
        }
    }

    /** Removes a row. The row in the last place moves to the free place. */
    void leave(int place) {
        int last = buffers.count() - 1;
        storage.wrote(place, buffers.length(place));
        storage.wrote(last, buffers.length(last));
        if (place < last) {
            storage.move(last, place, buffers.length(last));
        }
        buffers.leave(place);
    }

    /** Replaces the rows by copies of the rows in these places, which all begin with {@code same} equal tokens. */
    void reorder(int[] sources, int same) {
        reserve(sources.length);
        try (NDManager scope = scope()) {
            storage.reorder(scope, sources, same, buffers.longestMoved(sources));
        }
        buffers.reorder(sources);
    }

    /** Makes room for {@code rows} copies of the running rows. */
    private void reserve(int rows) {
        if (rows > places) {
            throw new IllegalStateException(rows + " rows were asked for in a cache with " + places + " places");
        }
        if (rows > storage.rows()) {
            allocate(rows, storage.capacity());
        }
    }

    /** Returns memory for the logits of {@code ids} ids that the only row verifies. */
    Logits verified(int ids) {
        if (buffers.count() != 1 || buffers.longest() + ids > storage.capacity()) {
            throw new IllegalStateException("cannot verify " + ids + " ids in a cache of " + buffers.count()
                    + " rows with " + buffers.longest() + " of " + storage.capacity() + " tokens");
        }
        Logits old = verified;
        if (old != null && old.rows() >= ids) {
            return old;
        }
        storage.checkVerified(ids);
        if (old != null) {
            old.close();
            verified = null;
        }
        Logits larger = new Logits(manager, ids, vocabulary);
        verified = larger;
        return larger;
    }

    void free() {
        buffers.close();
        if (verified != null) {
            verified.close();
        }
        storage.close();
        manager.close();
    }
}
