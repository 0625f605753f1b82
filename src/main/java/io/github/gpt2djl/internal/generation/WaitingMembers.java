package io.github.gpt2djl.internal.generation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** The requests that wait for a shared batch: callers take turns, and each caller's requests keep their order. */
public final class WaitingMembers {
    /** The callers that wait, beginning with the one whose turn is next. */
    private final Map<String, Deque<BatchMember>> callers = new LinkedHashMap<>();

    private final int places;
    private final int capacity;
    private int size;

    /**
     * No request waits.
     *
     * @param places that the requests wait for
     * @param capacity maximum number of requests
     */
    public WaitingMembers(int places, int capacity) {
        this.places = places;
        this.capacity = capacity;
    }

    /** Adds a request. Throws a {@link RejectedExecutionException} if as many as may wait do so already. */
    public void add(String caller, BatchMember member) {
        if (size() >= capacity) {
            throw new RejectedExecutionException(size + " requests wait for one of " + places
                    + " places, expected fewer than " + capacity + "; try again later");
        }
        callers.computeIfAbsent(caller, first -> new ArrayDeque<>()).add(member);
        size++;
    }

    /** Removes and returns the first request of the caller whose turn is next; null if none waits. */
    public @Nullable BatchMember poll() {
        dropDone();
        Iterator<Map.Entry<String, Deque<BatchMember>>> turns =
                callers.entrySet().iterator();
        if (!turns.hasNext()) {
            return null;
        }
        Map.Entry<String, Deque<BatchMember>> turn = turns.next();
        String caller = turn.getKey();
        Deque<BatchMember> members = turn.getValue();
        turns.remove();
        BatchMember next = members.remove();
        size--;
        if (!members.isEmpty()) {
            callers.put(caller, members);
        }
        return next;
    }

    /** The number of requests that wait and have not been cancelled. */
    public int size() {
        dropDone();
        return size;
    }

    private void dropDone() {
        callers.values().removeIf(members -> {
            int before = members.size();
            members.removeIf(each -> each.result().isDone());
            size -= before - members.size();
            return members.isEmpty();
        });
    }
}
