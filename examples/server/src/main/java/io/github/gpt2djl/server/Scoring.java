package io.github.gpt2djl.server;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Scores the prompts of requests on a thread of its own, beside the batch: one prompt of a client, then one of the next
 * client. A request whose client has left gives up its turns.
 *
 * @param <P> a prompt
 * @param <R> a scored prompt
 */
final class Scoring<P, R> implements AutoCloseable {
    private final int capacity;
    private final Thread thread;
    /** Guarded by this. The clients that wait, beginning with the one whose turn is next. */
    private final Map<String, Deque<Job>> clients = new LinkedHashMap<>();

    private int size;
    private boolean closed;

    /** @param capacity of requests that wait or are scored */
    Scoring(int capacity) {
        this.capacity = capacity;
        thread = new Thread(this::work, "scoring");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Scores prompts of a client.
     *
     * @param gone whether nobody waits for the result any more; asked before each prompt
     * @throws RejectedExecutionException if too many requests wait
     */
    synchronized CompletableFuture<List<R>> submit(
            String client, List<P> prompts, Function<P, R> score, BooleanSupplier gone) {
        clients.values()
                .forEach(jobs -> jobs.removeIf(job -> {
                    boolean left = job.gone.getAsBoolean();
                    size -= left ? 1 : 0;
                    return left;
                }));
        clients.values().removeIf(Deque::isEmpty);
        if (closed || size >= capacity) {
            throw new RejectedExecutionException(
                    size + " requests wait to be scored, expected fewer than " + capacity + "; try again later");
        }
        Job job = new Job(client, prompts.iterator(), score, gone);
        clients.computeIfAbsent(client, first -> new ArrayDeque<>()).add(job);
        size++;
        notifyAll();
        return job.result;
    }

    /** {@return the number of requests that wait for their next turn} */
    synchronized int waiting() {
        return size;
    }

    private void work() {
        for (Job job = next(); job != null; job = next()) {
            job.turn();
        }
    }

    /** Waits for a job; returns null if none will come. */
    private synchronized Job next() {
        try {
            while (!closed && size == 0) {
                wait();
            }
        } catch (InterruptedException e) {
            closed = true;
        }
        if (closed) {
            clients.values().forEach(jobs -> jobs.forEach(job -> job.result.cancel(false)));
            return null;
        }
        Iterator<Map.Entry<String, Deque<Job>>> turns = clients.entrySet().iterator();
        Map.Entry<String, Deque<Job>> turn = turns.next();
        turns.remove();
        Job job = turn.getValue().remove();
        size--;
        if (!turn.getValue().isEmpty()) {
            clients.put(turn.getKey(), turn.getValue());
        }
        return job;
    }

    private synchronized void again(Job job) {
        if (closed) {
            job.result.cancel(false);
        }
        clients.computeIfAbsent(job.client, first -> new ArrayDeque<>()).add(job);
        size++;
    }

    /** Ends after the prompt that is being scored. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Job {
        private final String client;
        private final Iterator<P> prompts;
        private final Function<P, R> score;
        private final BooleanSupplier gone;
        private final List<R> scored = new ArrayList<>();
        private final CompletableFuture<List<R>> result = new CompletableFuture<>();

        private Job(String client, Iterator<P> prompts, Function<P, R> score, BooleanSupplier gone) {
            this.client = client;
            this.prompts = prompts;
            this.score = score;
            this.gone = gone;
        }

        private void turn() {
            if (gone.getAsBoolean()) {
                result.cancel(false);
                return;
            }
            try {
                scored.add(score.apply(prompts.next()));
            } catch (Throwable e) {
                result.completeExceptionally(e);
                return;
            }
            if (prompts.hasNext()) {
                again(this);
            } else {
                result.complete(scored);
            }
        }
    }
}
