package io.github.gpt2djl;

import io.github.gpt2djl.Entries.Entry;
import io.github.gpt2djl.generation.Request;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Prompts as the token loop takes them: one after the other, encoded and checked. */
final class Requests implements Iterator<Request> {
    private final Entries entries;
    private final Iterator<GenerationRequest> prompts;
    private final Deque<Entry> read = new ArrayDeque<>();
    private final Deque<Entry> given = new ArrayDeque<>();
    private @Nullable RuntimeException failure;

    Requests(Gpt2 gpt2, Iterator<GenerationRequest> prompts) {
        entries = new Entries(gpt2);
        this.prompts = prompts;
    }

    /** Encodes and checks all prompts now. */
    void readAll() {
        while (prompts.hasNext()) {
            read.add(entries.entry(prompts.next()));
        }
    }

    /** A prompt that cannot be used ends the queue; {@link #rethrow} tells. */
    @Override
    public boolean hasNext() {
        if (read.isEmpty() && failure == null) {
            try {
                if (prompts.hasNext()) {
                    read.add(entries.entry(prompts.next()));
                }
            } catch (RuntimeException e) {
                failure = e;
            }
        }
        return !read.isEmpty();
    }

    @Override
    public Request next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no prompt is left");
        }
        Entry entry = read.remove();
        given.add(entry);
        return entry.request();
    }

    /** What the prompts ended with, if they did not end well. */
    void rethrow() {
        if (failure != null) {
            throw failure;
        }
    }

    /** Each prompt that the loop has been given, once, in order. */
    Entry begun() {
        return given.remove();
    }

    /** What the loop has not asked for, and never will. */
    void giveRest() {
        given.addAll(read);
        read.clear();
    }

    /** Whether the loop has taken prompts whose rows {@link #begun} has not given yet. */
    boolean hasBegun() {
        return !given.isEmpty();
    }
}
