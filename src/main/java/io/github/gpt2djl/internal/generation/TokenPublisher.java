package io.github.gpt2djl.internal.generation;

import io.github.gpt2djl.Token;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Publishes a generation's tokens. Computes a token only when a token is asked for, on an executor's thread. Each
 * subscriber gets a generation of its own.
 */
public final class TokenPublisher implements Flow.Publisher<Token> {
    private final Supplier<GenerationRun> starts;
    private final Executor executor;

    public TokenPublisher(Supplier<GenerationRun> starts, Executor executor) {
        this.starts = starts;
        this.executor = executor;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super Token> subscriber) {
        Objects.requireNonNull(subscriber, "found no subscriber");
        GenerationRun run;
        try {
            run = starts.get();
        } catch (Throwable e) {
            // The specification wants a subscription before an error.
            subscriber.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long n) {}

                @Override
                public void cancel() {}
            });
            subscriber.onError(e);
            return;
        }
        Tokens tokens = new Tokens(run, subscriber, executor);
        subscriber.onSubscribe(tokens);
        // Not before: a token must not come while onSubscribe is running.
        executor.execute(tokens);
    }

    /** One subscriber's generation; at most one thread at a time computes for it. */
    private static final class Tokens implements Flow.Subscription, Runnable {
        private final GenerationRun run;
        private final Flow.Subscriber<? super Token> subscriber;
        private final Executor executor;
        private final AtomicLong demand = new AtomicLong();
        /**
         * The number of unanswered calls. The caller that raises it to 1 starts the task. The first call is made by
         * {@link #subscribe}.
         */
        private final AtomicLong calls = new AtomicLong(1);

        private final AtomicBoolean ended = new AtomicBoolean();
        private volatile boolean wrongDemand;

        Tokens(GenerationRun run, Flow.Subscriber<? super Token> subscriber, Executor executor) {
            this.run = run;
            this.subscriber = subscriber;
            this.executor = executor;
        }

        @Override
        public void request(long n) {
            if (n < 1) {
                wrongDemand = true;
            } else {
                demand.accumulateAndGet(n, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
            }
            if (!ended.get() && calls.getAndIncrement() == 0) {
                executor.execute(this);
            }
        }

        @Override
        public void cancel() {
            if (ended.compareAndSet(false, true)) {
                // Not on this thread: a step may be under way.
                executor.execute(run::close);
            }
        }

        @Override
        public void run() {
            long answered = calls.get();
            do {
                publish();
                answered = calls.addAndGet(-answered);
            } while (answered > 0);
        }

        private void publish() {
            try {
                while (!ended.get()) {
                    if (wrongDemand) {
                        throw new IllegalArgumentException(
                                "found a request for fewer than 1 tokens, expected at least 1");
                    }
                    Token token = demand.get() > 0 ? run.next() : null;
                    if (token != null && !ended.get()) {
                        demand.decrementAndGet();
                        subscriber.onNext(token);
                    }
                    if (!run.hasNext()) {
                        run.close();
                        if (ended.compareAndSet(false, true)) {
                            subscriber.onComplete();
                        }
                    }
                    if (token == null) {
                        return;
                    }
                }
            } catch (Throwable e) {
                fail(e);
            }
        }

        /** Reports a failure to the subscriber, even an Error: otherwise the subscriber would wait for ever. */
        private void fail(Throwable e) {
            if (ended.compareAndSet(false, true)) {
                try {
                    run.close();
                } finally {
                    subscriber.onError(e);
                }
            }
        }
    }
}
