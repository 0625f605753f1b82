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
 * A queue of prompts for the token loop: one after the other, encoded and checked. For a prompt that cannot be used,
 * {@link #next()} throws an exception, which is the prompt's result. An exception of the user's iterator ends the
 * queue.
 */
final class RequestQueue implements Iterator<Request> {
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
     * Makes a queue of prompts that are all encoded and checked now.
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
     * Makes a queue of prompts that are encoded and checked when there is a place for them.
     *
     * @param list whether the prompts are a list, not an endless queue: then each has a result even after an interrupt
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

    /** The exception that ended the user's iterator; null if there was none. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    /** Returns the next prompt that the loop has been given, each once and in order. */
    Sequences begun() {
        return given.remove();
    }

    /**
     * Gives out the prompts that the loop has not taken and never will take: all prompts of a list, otherwise only a
     * prompt that it has looked at.
     */
    void giveRest() {
        while (list ? hasNext() : next != null) {
            try {
                next();
            } catch (RuntimeException e) {
                // The failure has been noted.
            }
        }
    }

    /** Whether the loop has taken prompts whose rows {@link #begun} has not given yet. */
    boolean hasBegun() {
        return !given.isEmpty();
    }
}
