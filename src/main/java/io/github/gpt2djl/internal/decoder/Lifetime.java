package io.github.gpt2djl.internal.decoder;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The lifetime of a model from loading to closing, and of the native memory that is freed with the model at the latest.
 *
 * <p>Calls share the lock. Closing takes the lock alone: it waits for the running calls, and later calls are refused.
 * Freeing a part shares the lock too, so that nothing is freed twice or in the middle of a call.
 */
final class Lifetime {
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final Map<Object, Runnable> parts = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /**
     * Makes a part that is freed with the model at the latest.
     *
     * @throws IllegalStateException if the model is closed
     */
    <T> T add(Supplier<T> maker, Consumer<T> free) {
        return compute(() -> {
            T part = maker.get();
            parts.put(part, () -> free.accept(part));
            return part;
        });
    }

    /** Frees a part. Does nothing the second time. */
    void free(Object part) {
        lock.readLock().lock();
        try {
            Runnable free = parts.remove(part);
            if (free != null) {
                free.run();
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * Runs a native call. The model stays open during the call.
     *
     * @throws IllegalStateException if the model is closed
     */
    <T> T compute(Supplier<T> call) {
        enter();
        try {
            return call.get();
        } finally {
            leave();
        }
    }

    /**
     * Runs a native call on a part. The model and the part stay open during the call.
     *
     * @throws IllegalStateException if the model is closed, or the part has been freed
     */
    <T> T compute(Object part, Supplier<T> call) {
        enter(part);
        try {
            return call.get();
        } finally {
            leave();
        }
    }

    /** Runs a native call as {@link #compute(Object, Supplier)} does, but without a result. */
    void run(Object part, Runnable call) {
        enter(part);
        try {
            call.run();
        } finally {
            leave();
        }
    }

    private void enter() {
        lock.readLock().lock();
        if (closed) {
            lock.readLock().unlock();
            checkOpen();
        }
    }

    private void enter(Object part) {
        enter();
        if (!parts.containsKey(part)) {
            leave();
            checkOpen();
            throw new IllegalStateException("this generation is closed; start a new one");
        }
    }

    private void leave() {
        lock.readLock().unlock();
    }

    /**
     * Rejects a closed model.
     *
     * @throws IllegalStateException if the model is closed
     */
    void checkOpen() {
        if (closed) {
            throw new IllegalStateException("this model is closed; load it again");
        }
    }

    /** Waits for the running calls, frees all parts, then runs {@code rest}. Does nothing the second time. */
    void close(Runnable rest) {
        lock.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                parts.values().forEach(Runnable::run);
                parts.clear();
                rest.run();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
