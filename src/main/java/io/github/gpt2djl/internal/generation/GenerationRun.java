package io.github.gpt2djl.internal.generation;

import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationResult;
import io.github.gpt2djl.Token;
import io.github.gpt2djl.internal.loop.Loop;
import io.github.gpt2djl.internal.loop.LoopStatistics;
import io.github.gpt2djl.internal.loop.SampledToken;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A running call of the facade: the token loop, and each row's text and reason to end. A request that fails ends alone.
 * An exception of the loop, or of the iterator of prompts, ends the run after the results that are complete.
 */
public final class GenerationRun implements AutoCloseable {
    private final RequestQueue requests;
    private final Loop loop;
    /** The requests whose results have not been given out, in order. */
    private final Deque<Sequences> order = new ArrayDeque<>();
    /** The running requests by their rows' numbers in the loop. */
    private final Map<Integer, Sequences> rows = new HashMap<>();

    private int begun;
    private boolean cancelled;
    private @Nullable Throwable failure;
    private boolean reported;
    /** The failure of the last request that has failed. */
    private @Nullable Throwable failed;

    /** Computes nothing before the first result or token is asked for. */
    GenerationRun(RequestQueue requests, Loop loop) {
        this.requests = requests;
        this.loop = loop;
    }

    /** Each request's result in the requests' order, as soon as this result and all results before it are complete. */
    public Iterator<GenerationResult> results() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                while (!ready() && advance()) {}
                if (!ready()) {
                    rethrow();
                }
                return ready();
            }

            @Override
            public GenerationResult next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("all results have been given out");
                }
                Sequences next = order.remove();
                LoopStatistics all = loop.statistics();
                return next.failure() != null
                        ? new GenerationResult(List.of(), next.failure())
                        : new GenerationResult(next.generations(all.drafted(), all.accepted(), loop::score), null);
            }
        };
    }

    /** All sequences in order. The first request that has failed throws, and ends the run. */
    public Iterator<Generation> sequences() {
        Iterator<GenerationResult> results = results();
        return new Iterator<>() {
            private Iterator<Generation> now = Collections.emptyIterator();

            @Override
            public boolean hasNext() {
                while (!now.hasNext() && results.hasNext()) {
                    GenerationResult result = results.next();
                    if (result.failure() != null) {
                        reported = true;
                        order.clear();
                        close();
                    }
                    now = result.orThrow().iterator();
                }
                return now.hasNext();
            }

            @Override
            public Generation next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("all sequences have been given out");
                }
                return now.next();
            }
        };
    }

    /** Returns all sequences. A request that fails ends the run. */
    public List<Generation> finish() {
        try (this) {
            while (failed == null && advance()) {}
            if (failed != null) {
                throw Failures.unchecked(failed);
            }
            List<Generation> all = new ArrayList<>();
            sequences().forEachRemaining(all::add);
            return all;
        }
    }

    /** Returns the only sequence. Each token is handed out as it comes. */
    public Generation finish(Consumer<Token> tokens) {
        try (this) {
            for (Token token = next(); token != null; token = next()) {
                tokens.accept(token);
            }
            return results().next().orThrow().get(0);
        }
    }

    /** Chooses the next tokens. Returns whether there were any. */
    private synchronized boolean advance() {
        try {
            if (!going()) {
                return false;
            }
            loop.next().forEach(this::token);
            return true;
        } catch (Throwable e) {
            failure = e;
            loop.close();
            return false;
        }
    }

    /** Returns the next token of a run of one row; null at the end. After an exception the run has ended. */
    public synchronized @Nullable Token next() {
        try {
            if (!going()) {
                return null;
            }
            SampledToken sampled = loop.next().get(0);
            return add(sampled, Objects.requireNonNull(row(sampled)));
        } catch (Throwable e) {
            reported = true;
            loop.close();
            throw e;
        }
    }

    /** Whether there are tokens to come. */
    synchronized boolean hasNext() {
        return going();
    }

    /** Whether there are tokens to come. An interrupt of the thread ends all sequences. */
    private boolean going() {
        if (!cancelled && loop.hasNext() && Thread.currentThread().isInterrupted()) {
            cancelled = true;
            requests.giveRest();
            while (requests.hasBegun()) {
                begin();
            }
            order.forEach(Sequences::cancel);
            loop.close();
        }
        return !cancelled && loop.hasNext();
    }

    /** Ends the run. If the run is in the middle of a step on another thread, ends it after that step. */
    @Override
    public synchronized void close() {
        loop.close();
    }

    private boolean ready() {
        Sequences next = order.peek();
        return next != null && next.ended();
    }

    /** Throws the failure once. A caller that asks again finds that the run has ended. */
    private void rethrow() {
        Throwable why = failure != null ? failure : requests.failure();
        if (why != null && !cancelled && !reported) {
            reported = true;
            loop.close();
            throw Failures.unchecked(why);
        }
    }

    private void token(SampledToken sampled) {
        Sequences request = row(sampled);
        if (request == null) {
            // The token is of the same step as a failed token of its request.
            return;
        }
        try {
            add(sampled, request);
        } catch (Throwable e) {
            request.fail(e);
            failed = e;
            request.rows().forEach(row -> {
                rows.remove(row);
                loop.end(row);
            });
        }
    }

    private Token add(SampledToken sampled, Sequences request) {
        Token token = request.add(sampled);
        if (request.ended(sampled.row())) {
            rows.remove(sampled.row());
            if (!sampled.last()) {
                loop.end(sampled.row());
            }
        }
        return token;
    }

    private @Nullable Sequences row(SampledToken sampled) {
        while (begun <= sampled.row()) {
            begin();
        }
        return rows.get(sampled.row());
    }

    private void begin() {
        Sequences next = requests.begun();
        order.add(next);
        begun = next.begin(begun);
        next.rows().forEach(row -> rows.put(row, next));
    }
}
