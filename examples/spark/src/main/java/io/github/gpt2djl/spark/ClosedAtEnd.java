package io.github.gpt2djl.spark;

import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * An iterator that is freed, and let go, as soon as it has been read: a task keeps what it must close at its end, and
 * has as many of these as blocks.
 */
final class ClosedAtEnd<T> implements Iterator<T>, AutoCloseable {
    /** Null when it is freed. */
    private Iterator<T> source;

    private Runnable free;

    /** @param free is called once */
    ClosedAtEnd(Iterator<T> source, Runnable free) {
        this.source = source;
        this.free = free;
    }

    @Override
    public boolean hasNext() {
        if (source != null && !source.hasNext()) {
            close();
        }
        return source != null;
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no row is left");
        }
        return source.next();
    }

    @Override
    public void close() {
        if (source != null) {
            Runnable last = free;
            source = null;
            free = null;
            last.run();
        }
    }
}
