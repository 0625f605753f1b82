package io.github.gpt2djl;

import io.github.gpt2djl.internal.generation.BatchCompatibility;
import io.github.gpt2djl.internal.generation.BatchMember;
import io.github.gpt2djl.internal.generation.BatchMembers;
import io.github.gpt2djl.internal.generation.GenerationPlanner;
import io.github.gpt2djl.internal.generation.LoadedModel;
import io.github.gpt2djl.internal.generation.RequestPreparer;
import io.github.gpt2djl.internal.generation.Sequences;
import io.github.gpt2djl.internal.generation.WaitingMembers;
import io.github.gpt2djl.internal.loop.LoopOptions;
import io.github.gpt2djl.internal.loop.SampledToken;
import io.github.gpt2djl.internal.loop.TokenLoop;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A batch that the requests of many callers share, as in a server ("continuous batching", Yu et al. 2022, Orca). A
 * request joins at the first step with a free place and leaves when it ends. Requests start in the order in which they
 * were submitted; with several named callers, the callers take turns. A request for several sequences takes its places
 * one by one as they become free.
 *
 * <p>The result of a request does not depend on the other requests, apart from rounding. A request that fails because
 * of its rules, its listener or the memory that it needs does not affect the others.
 *
 * <p>The batch computes on a thread of its own, and holds no keys and values while it is idle. Safe for use by several
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
    /**
     * The number of prompt tokens that are computed between two steps unless another number is given: with GPT-2 in
     * 32 bits on a CPU, computing them takes less time than a step of seven sequences.
     */
    public static final int DEFAULT_PREFILL_CHUNK = 32;

    private final LoadedModel model;
    private final int places;
    private final LoopOptions options;
    private final Thread thread;
    /** The queue. Guarded by this, as is {@link #accepting}. */
    private final WaitingMembers waiting;

    private boolean accepting = true;
    private volatile boolean ended;
    private volatile int running;
    /** When the current step began, as {@link System#nanoTime()}; null while idle. */
    private volatile @Nullable Long stepBegan;
    /**
     * Starts the thread.
     *
     * @param gpt2 the model; the batch does not close it
     * @param places maximum number of sequences that run at once, at least 1
     * @param capacity maximum number of requests that wait for a place, at least 1
     * @throws IllegalArgumentException if a number is out of range
     */
    public ContinuousBatch(Gpt2 gpt2, int places, int capacity) {
        this(gpt2, places, capacity, DEFAULT_PREFILL_CHUNK);
    }

    /**
     * Starts the thread of a batch that computes long prompts in pieces, so that running sequences need not wait.
     *
     * @param gpt2 the model; the batch does not close it
     * @param places maximum number of sequences that run at once, at least 1
     * @param capacity maximum number of requests that wait for a place, at least 1
     * @param prefillChunk maximum number of prompt tokens that are computed between two steps of running sequences, at
     *     least 1; towards the end of a long prompt fewer, which take as long. A smaller number gives more even steps,
     *     a larger one lets prompts join sooner
     * @throws IllegalArgumentException if a number is out of range
     */
    public ContinuousBatch(Gpt2 gpt2, int places, int capacity, int prefillChunk) {
        if (places < 1 || capacity < 1) {
            throw new IllegalArgumentException(
                    "found places " + places + " and capacity " + capacity + ", expected at least 1 each");
        }
        if (prefillChunk < 1) {
            throw InvalidOptionException.value(NamedOption.of("prefillChunk"), prefillChunk, "at least 1");
        }
        model = gpt2.model();
        options = new LoopOptions(places)
                .withAhead(Math.min(1, GenerationPlanner.ahead(model)))
                .withPrefixes(model.prefixes())
                .withPrefillChunk(prefillChunk);
        this.places = places;
        waiting = new WaitingMembers(places, capacity);
        thread = new Thread(this::work, "gpt2-batch");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Submits a request, and checks it on the caller's thread.
     *
     * @param request a prompt and its config
     * @param tokens a listener that receives each token and the number of its sequence. It runs on the batch's thread
     *     and must not block; an exception or Error that it throws ends the request
     * @return the future of the request's sequences. Cancelling the future ends the request within one step, whether
     *     the request waits or runs. Dependent stages without an executor run on the batch's thread
     * @throws IllegalArgumentException as {@link Gpt2#generateAll(Iterator, int)}
     * @throws RejectedExecutionException if {@code capacity} requests wait already, or the batch accepts no more
     *     requests
     */
    public CompletableFuture<List<Generation>> submit(GenerationRequest request, ObjIntConsumer<Token> tokens) {
        return submit("", request, tokens);
    }

    /**
     * Submits a request of one of several callers, so that a caller with many requests does not hold up the others: the
     * callers' waiting requests start in turn.
     *
     * @param caller a name of the caller
     * @param request a prompt and its config
     * @param tokens a listener, as {@link #submit(GenerationRequest, ObjIntConsumer)} takes
     * @return the future of the request's sequences, as {@link #submit(GenerationRequest, ObjIntConsumer)} returns
     */
    public CompletableFuture<List<Generation>> submit(
            String caller, GenerationRequest request, ObjIntConsumer<Token> tokens) {
        GenerationRequest whole = model.whole(request);
        BatchCompatibility.checkQueued(whole.config(), places);
        Sequences sequences = new Sequences(model, new RequestPreparer(model).prepare(whole), true);
        BatchMember member = new BatchMember(sequences, tokens, new CompletableFuture<>());
        synchronized (this) {
            if (!accepting) {
                throw new RejectedExecutionException("this batch accepts no requests any more");
            }
            waiting.add(caller, member);
            notifyAll();
        }
        return member.result();
    }

    /** {@return the number of requests that wait for a place} */
    public synchronized int waiting() {
        return waiting.size();
    }

    /** {@return the number of sequences in the last step} */
    public int running() {
        return running;
    }

    /** {@return how long the current step has taken so far; zero while the batch is idle} */
    public Duration currentStep() {
        Long began = stepBegan;
        return began == null ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - began);
    }

    /** {@return whether the batch's thread lives: it takes requests, or still computes accepted ones} */
    public boolean isAlive() {
        return thread.isAlive();
    }

    /**
     * Stops accepting requests, and waits for the accepted ones.
     *
     * @param timeout the maximum time to wait
     * @return whether all requests have ended
     * @throws InterruptedException if the thread is interrupted
     */
    public boolean drain(Duration timeout) throws InterruptedException {
        synchronized (this) {
            accepting = false;
            notifyAll();
        }
        // At least 1: timedJoin does not wait for 0.
        TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, timeout.toNanos()));
        return !thread.isAlive();
    }

    /** Ends all requests after the current step and cancels their futures. */
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
            // One loop per busy period: its memory is freed when the queue is empty.
            BatchMembers members = new BatchMembers(this::poll);
            try (TokenLoop loop = new TokenLoop(model.decoder(), members, options)) {
                while (!ended && loop.hasNext()) {
                    stepBegan = System.nanoTime();
                    List<SampledToken> step = loop.next();
                    running = (int)
                            step.stream().filter(row -> row.failure() == null).count();
                    step.forEach(row -> members.add(loop, row));
                    members.endDone(loop);
                }
            } catch (Throwable e) {
                // No running sequence can be trusted any more; the waiting requests get a new loop.
                members.fail(e);
            }
            members.cancel();
            stepBegan = null;
            running = 0;
        }
        for (BatchMember member = poll(); member != null; member = poll()) {
            member.result().cancel(false);
        }
    }

    /** Waits for a request; returns false if none will come. */
    private synchronized boolean awaitRequest() {
        try {
            while (accepting && waiting.size() == 0) {
                wait();
            }
        } catch (InterruptedException e) {
            // Interrupted by a listener: no other code knows the thread.
            accepting = false;
            ended = true;
        }
        return !ended && waiting.size() > 0;
    }

    private synchronized @Nullable BatchMember poll() {
        return waiting.poll();
    }
}
