package io.github.gpt2djl;

import io.github.gpt2djl.Entries.Entry;
import io.github.gpt2djl.generation.Loop;
import io.github.gpt2djl.generation.Sampled;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One call of the facade on its way: the token loop, and each row's text and reason to end. */
final class Run implements AutoCloseable {
    private final Requests requests;
    private final Loop loop;
    private final Gpt2 gpt2;
    /** Those that have not been given out. */
    private final Map<Integer, Continuation> rows = new HashMap<>();

    private int begun;
    private int givenOut;

    private boolean cancelled;

    /** Computes nothing before the first question. */
    Run(Gpt2 gpt2, Requests requests, Loop loop) {
        this.gpt2 = gpt2;
        this.requests = requests;
        this.loop = loop;
    }

    /** All sequences in the prompts' order, each as soon as it and those before it are complete. */
    Iterator<Generation> results() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                while (!ready() && advance()) {}
                if (!ready() && !cancelled) {
                    // A prompt that could not be used: those before it have been given out.
                    requests.rethrow();
                }
                return ready();
            }

            @Override
            public Generation next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("all sequences have been given out");
                }
                Continuation next = Objects.requireNonNull(rows.remove(givenOut));
                return next.generation(loop.drafted(), loop.accepted(), loop.score(givenOut++));
            }
        };
    }

    /** All sequences. */
    List<Generation> finish() {
        try (this) {
            List<Generation> all = new ArrayList<>();
            results().forEachRemaining(all::add);
            return all;
        }
    }

    /** The only sequence, each token handed out as it comes. */
    Generation finish(Consumer<Token> tokens) {
        try (this) {
            for (Token token = next(); token != null; token = next()) {
                tokens.accept(token);
            }
            return results().next();
        }
    }

    /** Chooses the next tokens; tells whether there were any. */
    private synchronized boolean advance() {
        if (!going()) {
            return false;
        }
        loop.next().forEach(this::token);
        return true;
    }

    /** The next token of a run of one row; null at the end. */
    synchronized @Nullable Token next() {
        return going() ? token(loop.next().get(0)) : null;
    }

    /** Whether there are tokens to come. */
    synchronized boolean hasNext() {
        return going();
    }

    /** The same; an interrupted thread ends them all. */
    private boolean going() {
        if (!cancelled && loop.hasNext() && Thread.currentThread().isInterrupted()) {
            cancelled = true;
            requests.giveRest();
            while (requests.hasBegun()) {
                begin();
            }
            rows.values().forEach(Continuation::cancel);
            loop.close();
        }
        return !cancelled && loop.hasNext();
    }

    /** Ends the run; one that is in the middle of a step on another thread, after that step. */
    @Override
    public synchronized void close() {
        loop.close();
    }

    private boolean ready() {
        Continuation next = rows.get(givenOut);
        return next != null && next.ended();
    }

    private Token token(Sampled sampled) {
        while (begun <= sampled.row()) {
            begin();
        }
        Continuation row = Objects.requireNonNull(rows.get(sampled.row()));
        Token token = row.add(sampled);
        if (row.ended() && !sampled.last()) {
            loop.end(sampled.row());
        }
        return token;
    }

    private void begin() {
        Entry entry = requests.begun();
        for (int copy = 0; copy < entry.request().copies(); copy++) {
            rows.put(begun++, new Continuation(gpt2, entry));
        }
    }
}
