package io.github.gpt2djl.internal.generation;

import io.github.gpt2djl.Token;
import io.github.gpt2djl.internal.loop.Request;
import io.github.gpt2djl.internal.loop.SampledToken;
import io.github.gpt2djl.internal.loop.TokenLoop;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The requests of a shared batch that one loop runs: takes them from the queue, and gives each its tokens. */
public final class BatchMembers implements Iterator<Request> {
    private final Supplier<@Nullable BatchMember> queue;
    /** The running requests, by the numbers of their sequences in the loop. */
    private final Map<Integer, BatchMember> rows = new HashMap<>();

    private int begun;
    private @Nullable BatchMember next;

    /** @param queue returns the next request that waits, or null */
    public BatchMembers(Supplier<@Nullable BatchMember> queue) {
        this.queue = queue;
    }

    @Override
    public boolean hasNext() {
        if (next == null) {
            next = queue.get();
            if (next != null) {
                BatchMember begins = next;
                begun = begins.sequences().begin(begun);
                begins.sequences().rows().forEach(row -> rows.put(row, begins));
            }
        }
        return next != null;
    }

    @Override
    public Request next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no request waits");
        }
        Request request = Objects.requireNonNull(next).sequences().request();
        next = null;
        return request;
    }

    /** Handles the token or the failure of one row; an exception here fails only the row's request. */
    public void add(TokenLoop loop, SampledToken sampled) {
        BatchMember member = rows.get(sampled.row());
        if (member == null || member.result().isDone()) {
            loop.end(sampled.row());
            return;
        }
        Sequences sequences = member.sequences();
        try {
            Token token = sequences.add(sampled);
            if (sequences.ended(sampled.row())) {
                rows.remove(sampled.row());
                loop.end(sampled.row());
            }
            member.tokens().accept(token, sampled.row() - sequences.first());
            if (sequences.ended()) {
                member.result().complete(sequences.generations(0, 0, row -> OptionalDouble.empty()));
            }
        } catch (Throwable e) {
            member.result().completeExceptionally(e);
        }
    }

    /** Takes requests that have failed or were cancelled out of the loop. */
    public void endDone(TokenLoop loop) {
        List<Integer> done = rows.entrySet().stream()
                .filter(row -> row.getValue().result().isDone())
                .map(Map.Entry::getKey)
                .toList();
        // All are removed first: ending a row makes the loop ask for the next request.
        done.forEach(rows::remove);
        done.forEach(loop::end);
    }

    /** Fails all running requests. */
    public void fail(Throwable failure) {
        rows.values().forEach(member -> member.result().completeExceptionally(failure));
    }

    /** Cancels the running requests that have no result yet. */
    public void cancel() {
        rows.values().forEach(member -> member.result().cancel(false));
        rows.clear();
    }
}
