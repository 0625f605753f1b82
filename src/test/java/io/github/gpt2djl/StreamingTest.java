package io.github.gpt2djl;

import static io.github.gpt2djl.testing.ShippedModel.SHAKESPEARE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.internal.decoder.LiveArrays;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens as they come, and generations that are ended from outside. */
@Timeout(60)
class StreamingTest {
    private static final Prompt PROMPT = Prompt.of("ROMEO:");
    private static final GenerationConfig SAMPLED = GenerationConfig.builder()
            .doSample(true)
            .topP(0.9)
            .seed(3)
            .maxNewTokens(60)
            .build();
    /** More than the context has room for: it goes on until it is ended. */
    private static final GenerationConfig ENDLESS = SAMPLED.toBuilder()
            .maxNewTokens(1_000_000)
            .contextPolicy(ContextPolicy.slide(100))
            .build();

    /** A publisher computes and frees in the common pool, some time after its last signal. */
    @BeforeEach
    void nothingIsAlive() {
        poolHasDoneAll();
        assertThat(LiveArrays.count(SHAKESPEARE.model().decoder())).isZero();
    }

    private static void poolHasDoneAll() {
        assertThat(ForkJoinPool.commonPool().awaitQuiescence(50, TimeUnit.SECONDS))
                .isTrue();
    }

    @Test
    void everyWayGivesTheSame() throws Exception {
        Generation whole = SHAKESPEARE.generate(PROMPT, SAMPLED);
        List<Token> called = new ArrayList<>();
        assertThat(SHAKESPEARE.generate(PROMPT, SAMPLED, called::add)).isEqualTo(whole);
        assertThat(called).isEqualTo(whole.tokens());
        try (Stream<Token> tokens = SHAKESPEARE.stream(PROMPT, SAMPLED)) {
            assertThat(tokens.toList()).isEqualTo(whole.tokens());
        }
        Subscriber all = new Subscriber(Long.MAX_VALUE);
        SHAKESPEARE.publisher(PROMPT, SAMPLED).subscribe(all);
        assertThat(all.done.get()).isEqualTo(whole.tokens());
        Subscriber oneByOne = new Subscriber(1);
        SHAKESPEARE.publisher(PROMPT, SAMPLED).subscribe(oneByOne);
        assertThat(oneByOne.done.get()).isEqualTo(whole.tokens());
    }

    @Test
    void aStreamThatIsClosedElsewhereEnds() throws Exception {
        CountDownLatch started = new CountDownLatch(5);
        CompletableFuture<Long> count;
        try (Stream<Token> tokens = SHAKESPEARE.stream(PROMPT, ENDLESS)) {
            count = CompletableFuture.supplyAsync(
                    () -> tokens.peek(token -> started.countDown()).count());
            started.await();
        }
        assertThat(count.get(10, TimeUnit.SECONDS)).isBetween(5L, 500_000L);
        nothingIsAlive();
    }

    /** The step that is under way is the last one: one token more at most. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7})
    void anInterruptEndsAGenerationWithTheTextSoFar(int after) throws Exception {
        AtomicInteger seen = new AtomicInteger();
        CompletableFuture<Generation> result = new CompletableFuture<>();
        CompletableFuture<Boolean> stillInterrupted = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            if (after == 0) {
                Thread.currentThread().interrupt();
            }
            result.complete(SHAKESPEARE.generate(PROMPT, ENDLESS, token -> {
                if (seen.incrementAndGet() == after) {
                    Thread.currentThread().interrupt();
                }
            }));
            stillInterrupted.complete(Thread.currentThread().isInterrupted());
        });
        thread.start();
        Generation generation = result.get();
        assertThat(generation.tokens()).hasSize(after);
        assertThat(generation.finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(generation.promptIds()).isEqualTo(SHAKESPEARE.encode("ROMEO:"));
        assertThat(stillInterrupted.get()).isTrue();
        nothingIsAlive();
    }

    @Test
    void anInterruptEndsEveryRowOfABatch() throws Exception {
        CompletableFuture<List<Generation>> result = new CompletableFuture<>();
        CountDownLatch steps = new CountDownLatch(40);
        GenerationConfig counted = ENDLESS.toBuilder()
                .logitsProcessor((scores, text) -> steps.countDown())
                .build();
        List<GenerationRequest> requests = List.of(
                new GenerationRequest(
                        PROMPT,
                        SAMPLED.toBuilder()
                                .unset(GenerationOption.MAX_NEW_TOKENS)
                                .build()),
                new GenerationRequest(PROMPT, counted));
        Thread thread = new Thread(() -> result.complete(SHAKESPEARE.generateAll(requests)));
        thread.start();
        steps.await();
        thread.interrupt();
        List<Generation> both = result.get();
        assertThat(both.get(0).finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(both.get(0).tokens()).hasSize(20);
        assertThat(both.get(1).finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(both.get(1).tokens()).hasSizeGreaterThanOrEqualTo(39);
    }

    @Test
    void aSubscriberThatCancelsGetsNoMore() throws Exception {
        CompletableFuture<Integer> cancelled = new CompletableFuture<>();
        AtomicInteger seen = new AtomicInteger();
        SHAKESPEARE.publisher(PROMPT, ENDLESS).subscribe(new Flow.Subscriber<>() {
            private final CompletableFuture<Flow.Subscription> own = new CompletableFuture<>();

            @Override
            public void onSubscribe(Flow.Subscription s) {
                own.complete(s);
                s.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(Token token) {
                if (seen.incrementAndGet() == 4) {
                    own.join().cancel();
                    cancelled.complete(4);
                }
            }

            @Override
            public void onError(Throwable e) {
                cancelled.completeExceptionally(e);
            }

            @Override
            public void onComplete() {
                cancelled.completeExceptionally(new AssertionError("complete though cancelled"));
            }
        });
        cancelled.get();
        nothingIsAlive();
        assertThat(seen).hasValue(4);
    }

    @Test
    void withoutDemandNothingIsComputed() throws Exception {
        Subscriber idle = new Subscriber(0);
        SHAKESPEARE.publisher(PROMPT, SAMPLED).subscribe(idle);
        nothingIsAlive();
        assertThat(idle.tokens).isEmpty();
        idle.subscription.get().request(3);
        poolHasDoneAll();
        assertThat(idle.tokens).hasSize(3);
        idle.subscription.get().cancel();
    }

    @Test
    void whatCannotBePublishedIsAnError() {
        Subscriber tooLong = new Subscriber(1);
        SHAKESPEARE.publisher(Prompt.ofIds(new int[300]), SAMPLED).subscribe(tooLong);
        assertThatThrownBy(tooLong.done::get).hasMessageContaining("the prompt has 300 ids");
        Subscriber wrongDemand = new Subscriber(0);
        SHAKESPEARE.publisher(PROMPT, SAMPLED).subscribe(wrongDemand);
        wrongDemand.subscription.join().request(-1);
        assertThatThrownBy(wrongDemand.done::get).hasMessageContaining("expected at least 1");
    }

    /** Collects tokens; asks for so many at first, and then for one after each. */
    private static final class Subscriber implements Flow.Subscriber<Token> {
        final List<Token> tokens = Collections.synchronizedList(new ArrayList<>());
        final CompletableFuture<List<Token>> done = new CompletableFuture<>();
        final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
        private final long first;

        Subscriber(long first) {
            this.first = first;
        }

        @Override
        public void onSubscribe(Flow.Subscription s) {
            subscription.complete(s);
            if (first > 0) {
                s.request(first);
            }
        }

        @Override
        public void onNext(Token token) {
            tokens.add(token);
            if (first == 1) {
                subscription.join().request(1);
            }
        }

        @Override
        public void onError(Throwable e) {
            done.completeExceptionally(e);
        }

        @Override
        public void onComplete() {
            done.complete(tokens);
        }
    }
}
