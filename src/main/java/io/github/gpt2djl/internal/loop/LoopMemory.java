package io.github.gpt2djl.internal.loop;

import java.util.NoSuchElementException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The memory of a loop outside the heap: made for the first step, freed at the end of the loop. */
final class LoopMemory<M> {
    private final Supplier<M> maker;
    private final Consumer<M> free;
    private @Nullable M made;
    private boolean closed;

    /** @param free may be called more than once */
    LoopMemory(Supplier<M> maker, Consumer<M> free) {
        this.maker = maker;
        this.free = free;
    }

    /**
     * Returns the memory. The first call makes it.
     *
     * @throws NoSuchElementException if the loop has ended
     */
    M get() {
        if (closed) {
            throw new NoSuchElementException("the generation has ended");
        }
        M memory = made;
        if (memory == null) {
            memory = maker.get();
            made = memory;
        }
        return memory;
    }

    boolean isClosed() {
        return closed;
    }

    /** Ends the loop. */
    void close() {
        closed = true;
        if (made != null) {
            free.accept(made);
        }
    }
}
