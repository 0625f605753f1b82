package io.github.gpt2djl;

import io.github.gpt2djl.internal.generation.BatchCompatibility;
import io.github.gpt2djl.internal.generation.LoadedModel;
import io.github.gpt2djl.internal.generation.RequestPreparer;
import io.github.gpt2djl.internal.generation.Sequences;
import io.github.gpt2djl.internal.loop.Request;
import io.github.gpt2djl.internal.loop.SampledToken;
import io.github.gpt2djl.internal.loop.TokenLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A batch that requests of many callers share, as in a server: each joins at the next step for which there is a place,
 * and leaves it where it ends ("continuous batching", Yu et al. 2022, Orca). What a request gives does not depend on
 * what runs beside it, but for rounding; and one that fails, by its rules, its listener or the memory that it needs,
 * fails alone. Requests begin in the order in which they came. One of several sequences takes its places one by one as
 * they become free.
 *
 * <p>One thread of its own computes; it holds no keys and values while there is nothing to do. Safe for use by several
 * threads at once.
 *
 * <pre>{@code
 * try (ContinuousBatch batch = new ContinuousBatch(gpt2, 8, 100)) {
 *     var config = GenerationConfig.builder().maxNewTokens(20).build();
 *     var romeo = batch.submit(new GenerationRequest(Prompt.of("ROMEO:"), config), (token, sequence) -> {});
 *     var juliet = batch.submit(new GenerationRequest(Prompt.of("JULIET:"), config), (token, sequence) -> {});
 *     System.out.println(romeo.join().get(0).text() + juliet.join().get(0).text());
 * }
 * }</pre>
 */
public final class ContinuousBatch implements AutoCloseable {
    private final LoadedModel model;
    private final int places;
    private final int capacity;
    private final Thread thread;
    /** Guarded by this, as is the next. */
    private final Deque<Member> waiting = new ArrayDeque<>();

    private boolean accepting = true;
    private volatile boolean ended;
    private volatile int running;
    /** By the numbers of their sequences in the loop; of the thread alone. */
    private final Map<Integer, Member> members = new HashMap<>();

    /** A request on its way. */
    private record Member(
            Sequences sequences, ObjIntConsumer<Token> tokens, CompletableFuture<List<Generation>> result) {}

    /**
     * Starts the thread.
     *
     * @param gpt2 the model; stays open
     * @param places sequences that run at once at most, at least 1
     * @param capacity requests that may wait for a place, at least 1
     * @throws IllegalArgumentException if a number is out of range
     */
    public ContinuousBatch(Gpt2 gpt2, int places, int capacity) {
        if (places < 1 || capacity < 1) {
            throw new IllegalArgumentException(
                    "found places " + places + " and capacity " + capacity + ", expected at least 1 each");
        }
        model = gpt2.model();
        this.places = places;
        this.capacity = capacity;
        thread = new Thread(this::work, "gpt2-batch");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Hands in a request, which is checked on the caller's thread.
     *
     * @param request a prompt and how to continue it
     * @param tokens takes each token and the number of its sequence, on the batch's thread, which it must not hold up;
     *     its exception, or Error, ends the request
     * @return the request's sequences, or what it failed with. Cancelling it ends the request within one step, running or not. What depends on
     *     it without an executor of its own runs on the batch's thread
     * @throws IllegalArgumentException as {@link Gpt2#generateAll(Iterator, int)}
     * @throws RejectedExecutionException if too many requests wait, or none is accepted any more
     */
    public CompletableFuture<List<Generation>> submit(GenerationRequest request, ObjIntConsumer<Token> tokens) {
        GenerationRequest whole = model.whole(request);
        BatchCompatibility.checkQueued(whole.config(), places);
        Sequences sequences = new Sequences(model, new RequestPreparer(model).prepare(whole), true);
        Member member = new Member(sequences, tokens, new CompletableFuture<>());
        synchronized (this) {
            if (!accepting) {
                throw new RejectedExecutionException("this batch accepts no requests any more");
            }
            dropCancelled();
            if (waiting.size() >= capacity) {
                throw new RejectedExecutionException(waiting.size() + " requests wait for one of " + places
                        + " places, expected fewer than " + capacity + "; try again later");
            }
            waiting.add(member);
            notifyAll();
        }
        return member.result;
    }

    /** {@return requests that wait for a place} */
    public synchronized int waiting() {
        dropCancelled();
        return waiting.size();
    }

    /** {@return sequences that have a place, at the last step} */
    public int running() {
        return running;
    }

    /**
     * Accepts no request any more, and waits for those that have been accepted.
     *
     * @param most how long to wait
     * @return whether all have ended
     * @throws InterruptedException if the thread is interrupted
     */
    public boolean drain(Duration most) throws InterruptedException {
        synchronized (this) {
            accepting = false;
            notifyAll();
        }
        // Zero would mean for ever.
        TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, most.toNanos()));
        return !thread.isAlive();
    }

    /** Ends all requests after the step that runs: what they return is cancelled. */
    @Override
    public void close() {
        synchronized (this) {
            accepting = false;
            ended = true;
            notifyAll();
        }
        boolean interrupted = false;
        while (thread != Thread.currentThread() && thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        while (awaitRequest()) {
            // A loop for each time without a pause: what it holds is freed at the end.
            try (TokenLoop loop = new TokenLoop(model.decoder(), new Arrivals(), places)) {
                while (!ended && loop.hasNext()) {
                    List<SampledToken> step = loop.next();
                    running = (int)
                            step.stream().filter(row -> row.failure() == null).count();
                    step.forEach(row -> token(loop, row));
                    endCancelled(loop);
                }
            } catch (Throwable e) {
                // No step of the batch can be trusted any more; those that wait begin anew.
                members.values().forEach(member -> member.result.completeExceptionally(e));
            }
            members.values().forEach(member -> member.result.cancel(false));
            members.clear();
            running = 0;
        }
        for (Member member = poll(); member != null; member = poll()) {
            member.result.cancel(false);
        }
    }

    /** A token, or the failure, of one row; whatever goes wrong here is that of its request. */
    private void token(TokenLoop loop, SampledToken sampled) {
        Member member = members.get(sampled.row());
        if (member == null || member.result.isDone()) {
            loop.end(sampled.row());
            return;
        }
        Sequences sequences = member.sequences;
        try {
            Token token = sequences.add(sampled);
            if (sequences.ended(sampled.row())) {
                members.remove(sampled.row());
                loop.end(sampled.row());
            }
            member.tokens.accept(token, sampled.row() - sequences.first());
            if (sequences.ended()) {
                member.result.complete(sequences.generations(0, 0, row -> OptionalDouble.empty()));
            }
        } catch (Throwable e) {
            member.result.completeExceptionally(e);
        }
    }

    /** Requests that have failed, or that nobody wants any more, leave their places, and wait for none. */
    private void endCancelled(TokenLoop loop) {
        List<Integer> done = members.entrySet().stream()
                .filter(row -> row.getValue().result.isDone())
                .map(Map.Entry::getKey)
                .toList();
        // Of all of them first: a row that ends lets the loop look for the next request.
        done.forEach(members::remove);
        done.forEach(loop::end);
    }

    /** Waits for one; false: none will come. */
    private synchronized boolean awaitRequest() {
        try {
            while (accepting && waiting.isEmpty()) {
                wait();
            }
        } catch (InterruptedException e) {
            // By a listener: nobody else has the thread.
            accepting = false;
            ended = true;
        }
        return !ended && !waiting.isEmpty();
    }

    private synchronized @Nullable Member poll() {
        dropCancelled();
        return waiting.poll();
    }

    private void dropCancelled() {
        waiting.removeIf(each -> each.result.isDone());
    }

    /** Those that wait, for one loop. */
    private final class Arrivals implements Iterator<Request> {
        private int begun;
        private @Nullable Member next;

        @Override
        public boolean hasNext() {
            if (next == null) {
                next = poll();
                if (next != null) {
                    Member begins = next;
                    begun = begins.sequences.begin(begun);
                    begins.sequences.rows().forEach(row -> members.put(row, begins));
                }
            }
            return next != null;
        }

        @Override
        public Request next() {
            if (!hasNext()) {
                throw new NoSuchElementException("no request waits");
            }
            Request request = Objects.requireNonNull(next).sequences.request();
            next = null;
            return request;
        }
    }
}
