package io.github.gpt2djl.internal.generation;

import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationRequest;
import io.github.gpt2djl.internal.loop.Request;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Prompts as the token loop takes them: one after the other, encoded and checked. One that cannot be used is an
 * exception of {@link #next()}, which is its result; an exception of the user's iterator ends the queue.
 */
public final class RequestQueue implements Iterator<Request> {
    private final Iterator<Supplier<Sequences>> prompts;
    private final boolean list;
    private final Deque<Sequences> given = new ArrayDeque<>();
    private @Nullable Supplier<Sequences> next;
    private @Nullable Throwable failure;

    private RequestQueue(Iterator<Supplier<Sequences>> prompts, boolean list) {
        this.prompts = prompts;
        this.list = list;
    }

    /**
     * Prompts that are all encoded and checked now.
     *
     * @param keeps whether their tokens are kept for their {@link Generation}
     */
    static RequestQueue checked(LoadedModel model, List<GenerationRequest> prompts, boolean keeps) {
        RequestPreparer preparer = new RequestPreparer(model);
        List<PreparedRequest> all = prompts.stream().map(preparer::prepare).toList();
        return new RequestQueue(
                all.stream()
                        .map(entry -> (Supplier<Sequences>) () -> new Sequences(model, entry, keeps))
                        .iterator(),
                true);
    }

    /**
     * Prompts that are encoded and checked when there is a place for them.
     *
     * @param list whether each of them has a result even after an interrupt: they are no endless queue
     */
    static RequestQueue lazy(LoadedModel model, Iterator<GenerationRequest> prompts, int places, boolean list) {
        RequestPreparer preparer = new RequestPreparer(model);
        Iterator<Supplier<Sequences>> each = new Iterator<>() {
            @Override
            public boolean hasNext() {
                return prompts.hasNext();
            }

            @Override
            public Supplier<Sequences> next() {
                GenerationRequest next = prompts.next();
                return () -> {
                    GenerationRequest whole = model.whole(next);
                    BatchCompatibility.checkQueued(whole.config(), places);
                    return new Sequences(model, preparer.prepare(whole), true);
                };
            }
        };
        return new RequestQueue(each, list);
    }

    @Override
    public boolean hasNext() {
        if (next == null && failure == null) {
            try {
                next = prompts.hasNext() ? prompts.next() : null;
            } catch (Throwable e) {
                failure = e;
            }
        }
        return next != null;
    }

    @Override
    public Request next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException("no prompt is left");
        }
        Supplier<Sequences> asked = next;
        next = null;
        try {
            Sequences sequences = asked.get();
            given.add(sequences);
            return sequences.request();
        } catch (Throwable e) {
            given.add(new Sequences(e));
            throw e;
        }
    }

    /** What the user's iterator ended with, if it did not end well. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    /** Each prompt that the loop has been given, once, in order. */
    Sequences begun() {
        return given.remove();
    }

    /** What the loop has not taken, and never will: what it has looked at, of a list all. */
    void giveRest() {
        while (list ? hasNext() : next != null) {
            try {
                next();
            } catch (RuntimeException e) {
                // It has been noted.
            }
        }
    }

    /** Whether the loop has taken prompts whose rows {@link #begun} has not given yet. */
    boolean hasBegun() {
        return !given.isEmpty();
    }
}
