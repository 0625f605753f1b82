package io.github.gpt2djl.decoder;

import ai.djl.pytorch.jni.IValue;
import io.github.gpt2djl.checkpoint.ModelConfig;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Keys and values of every layer, [layers, 2, places, heads, capacity, head size]; they grow as they are needed. */
final class KeysAndValues {
    /** Bytes that are not worth asking the system for what is free. */
    private static final long SMALL = 1 << 26;

    private final TorchModule module;
    private final ModelConfig config;
    private final Place place;
    private final int places;
    private int capacity;
    private @Nullable IValue memory;

    KeysAndValues(TorchModule module, ModelConfig config, Place place, int places) {
        this.module = module;
        this.config = config;
        this.place = place;
        this.places = places;
    }

    /** Tokens that there is room for in each row. */
    int capacity() {
        return capacity;
    }

    /**
     * The memory.
     *
     * @throws IllegalStateException if there is none yet
     */
    IValue get() {
        if (memory == null) {
            throw new IllegalStateException("no row has joined");
        }
        return memory;
    }

    /** Memory for at least so many tokens a row; what is there, so many of each row, moves along. */
    IValue reserve(int room, long filled, boolean zeros) {
        IValue old = memory;
        if (old != null && room <= capacity) {
            return old;
        }
        // More than asked for the second time: a queue of prompts that grow would be moved for each.
        int larger = old == null ? room : Math.min(Math.max(room, 2 * capacity), Math.max(room, config.positions()));
        check(config, place, places, larger, place::freeBytes);
        IValue grown = module.result("memory", (long) places, (long) larger, zeros);
        if (old != null) {
            try {
                module.call("move_all", old, grown, filled);
            } catch (RuntimeException e) {
                grown.close();
                throw e;
            }
            old.close();
        }
        memory = grown;
        capacity = larger;
        return grown;
    }

    /** Rejects keys and values, and the logits of a step, that are too many for this machine. */
    static void check(ModelConfig config, Place place, int places, int room, LongSupplier free) {
        long bytes = 2L * place.cacheBytes() * config.layers() * config.width() * places * room;
        check(
                "the KV cache of " + places + " sequences of " + room + " tokens, with their logits,",
                bytes + Logits.bytes(places, config.vocabularySize()),
                free,
                "generate fewer sequences at once, or shorter ones");
    }

    /** Rejects more tokens at once than this machine has memory for their logits. */
    void checkVerified(int tokens) {
        checkVerified(tokens, config.vocabularySize(), place::freeBytes);
    }

    static void checkVerified(int tokens, int vocabulary, LongSupplier free) {
        check("verifying " + tokens + " tokens at once", Logits.bytes(tokens, vocabulary), free, "guess fewer");
    }

    private static void check(String what, long bytes, LongSupplier free, String advice) {
        if (bytes > SMALL && bytes > free.getAsLong()) {
            throw new InsufficientMemoryException(what, bytes, free.getAsLong(), advice);
        }
    }

    void close() {
        if (memory != null) {
            memory.close();
        }
    }
}
