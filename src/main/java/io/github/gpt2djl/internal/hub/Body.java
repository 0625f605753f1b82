package io.github.gpt2djl.internal.hub;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads a response's bytes with a time limit, and can be interrupted; the JDK's stream of a body supports neither.
 *
 * <p>Pulls one piece at a time, so that a slow disk holds the network back.
 */
final class Body implements Flow.Subscriber<List<ByteBuffer>>, AutoCloseable {
    /** A piece, the end (neither), or the cause of a failure. */
    private record Event(
            @Nullable List<ByteBuffer> piece, @Nullable Throwable error) {}

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private Flow.@Nullable Subscription subscription;
    private boolean closed;

    /**
     * Returns the next bytes, or null at the end.
     *
     * @throws Retry.TransientException if the connection breaks, or brings no bytes for {@code limit}
     */
    @Nullable
    List<ByteBuffer> next(Duration limit) throws IOException {
        Event event;
        try {
            event = events.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the download was interrupted");
        }
        if (event == null) {
            throw new Retry.TransientException("no bytes for " + limit.toSeconds() + " s", null, null);
        }
        if (event.error() != null) {
            throw new Retry.TransientException(
                    "the connection broke: " + Retry.reason(event.error()), null, event.error());
        }
        if (event.piece() != null) {
            request();
        }
        return event.piece();
    }

    @Override
    public synchronized void onSubscribe(Flow.Subscription begun) {
        subscription = begun;
        if (closed) {
            begun.cancel();
        } else {
            begun.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> piece) {
        events.add(new Event(piece, null));
    }

    @Override
    public void onError(Throwable error) {
        events.add(new Event(null, error));
    }

    @Override
    public void onComplete() {
        events.add(new Event(null, null));
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (subscription != null) {
            subscription.cancel();
        }
    }

    private synchronized void request() {
        if (subscription != null) {
            subscription.request(1);
        }
    }
}
