package io.github.gpt2djl;

import static io.github.gpt2djl.GenerationOption.NUM_RETURN_SEQUENCES;
import static io.github.gpt2djl.testing.InvalidOptions.assertInvalid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.internal.decoder.LiveArrays;
import io.github.gpt2djl.testing.ShippedModel;
import io.github.gpt2djl.testing.ShippedVocabulary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests of many callers in one batch. */
@Timeout(120)
class ContinuousBatchTest {
    private static final Gpt2 gpt2 = ShippedModel.SHAKESPEARE;

    /** As long as the context allows: nothing ends it but its reader. */
    private static final GenerationRequest LONG = new GenerationRequest(
            Prompt.of("ROMEO:"),
            GenerationConfig.builder()
                    .suppressTokens(ShippedVocabulary.END)
                    .maxNewTokens(250)
                    .build());

    @Test
    void eachRequestGivesWhatItGivesAlone() throws Exception {
        List<GenerationRequest> requests = IntStream.range(0, 60)
                .mapToObj(i -> new GenerationRequest(Prompt.of("ROMEO".repeat(1 + i % 5)), config(i)))
                .toList();
        List<List<String>> streamed = new ArrayList<>();
        List<CompletableFuture<List<Generation>>> results = new ArrayList<>();
        try (ContinuousBatch batch = new ContinuousBatch(gpt2, 7, 60)) {
            for (GenerationRequest request : requests) {
                List<String> texts = new ArrayList<>();
                for (int i = 0; i < request.config().get(GenerationOption.NUM_RETURN_SEQUENCES); i++) {
                    texts.add("");
                }
                streamed.add(texts);
                results.add(batch.submit(request, (token, i) -> texts.set(i, texts.get(i) + token.text())));
            }
            for (int i = 0; i < requests.size(); i++) {
                List<Generation> alone = gpt2.generateAll(List.of(requests.get(i)));
                List<Generation> found = results.get(i).get();
                assertThat(found).extracting(Generation::ids).isEqualTo(ids(alone));
                assertThat(found).extracting(Generation::text).isEqualTo(streamed.get(i));
                assertThat(found)
                        .extracting(Generation::finishReason)
                        .isEqualTo(alone.stream().map(Generation::finishReason).toList());
            }
        }
    }

    private static GenerationConfig config(int i) {
        GenerationConfigBuilder config = GenerationConfig.builder().maxNewTokens(3 + 7 * (i % 6));
        if (i % 3 > 0) {
            config.doSample(true).topP(0.9).seed(i).numReturnSequences(1 + i % 4);
        }
        if (i % 5 == 0) {
            config.stopStrings("the");
        }
        return config.build();
    }

    private static List<List<Integer>> ids(List<Generation> generations) {
        return generations.stream().map(Generation::ids).toList();
    }

    @Test
    void aRequestThatComesLaterJoinsThoseThatRun() throws Exception {
        CountDownLatch started = new CountDownLatch(5);
        try (ContinuousBatch batch = new ContinuousBatch(gpt2, 2, 1)) {
            var first = batch.submit(LONG, (token, i) -> started.countDown());
            started.await();
            var later = batch.submit(
                    new GenerationRequest(Prompt.of("O"), config(0)),
                    (token, i) -> assertThat(first).isNotDone());
            assertThat(later.get()).hasSize(1);
            assertThat(first.get().get(0).tokens()).hasSize(250);
        }
    }

    @Test
    void callersTakeTurns() throws Exception {
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        GenerationConfig one = GenerationConfig.builder().maxNewTokens(1).build();
        GenerationRequest request = new GenerationRequest(Prompt.of("O"), one);
        try (ContinuousBatch batch = new ContinuousBatch(gpt2, 1, 9)) {
            var first = batch.submit("a", request, (token, i) -> {
                started.countDown();
                await(go);
            });
            started.await();
            List<CompletableFuture<List<Generation>>> waiting = new ArrayList<>();
            for (String name : List.of("a1", "a2", "a3", "b1", "b2", "c1", "b3")) {
                waiting.add(batch.submit(name.substring(0, 1), request, (token, i) -> order.add(name)));
            }
            waiting.get(1).cancel(false);
            assertThat(batch.waiting()).isEqualTo(6);
            go.countDown();
            CompletableFuture.allOf(first, waiting.get(2), waiting.get(6)).get();
            assertThat(order).containsExactly("a1", "b1", "c1", "a3", "b2", "b3");
        }
    }

    @Test
    void tellsHowLongAStepTakes() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        ContinuousBatch batch = new ContinuousBatch(gpt2, 1, 1);
        try (batch) {
            assertThat(batch.isAlive()).isTrue();
            assertThat(batch.currentStep()).isZero();
            var first = batch.submit(LONG, (token, i) -> {
                started.countDown();
                await(go);
            });
            started.await();
            Duration step = batch.currentStep();
            assertThat(batch.currentStep()).isGreaterThanOrEqualTo(step).isPositive();
            first.cancel(false);
            go.countDown();
        }
        assertThat(batch.currentStep()).isZero();
        assertThat(batch.isAlive()).isFalse();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aCancelledRequestFreesItsPlaceWithinAStep() throws Exception {
        AtomicInteger tokens = new AtomicInteger();
        CountDownLatch started = new CountDownLatch(5);
        long before = LiveArrays.count(gpt2.model().decoder());
        try (ContinuousBatch batch = new ContinuousBatch(gpt2, 1, 2)) {
            var first = batch.submit(LONG, (token, i) -> {
                tokens.incrementAndGet();
                started.countDown();
            });
            started.await();
            var second = batch.submit(LONG, (token, i) -> {});
            var third = batch.submit(new GenerationRequest(Prompt.of("O"), config(0)), (token, i) -> {});
            // One that waits: it never runs, and makes room among those that wait.
            second.cancel(false);
            assertThat(batch.waiting()).isEqualTo(1);
            first.cancel(false);
            int then = tokens.get();
            assertThat(third.get()).hasSize(1);
            assertThat(tokens.get()).isLessThanOrEqualTo(then + 1);
        }
        assertThat(LiveArrays.count(gpt2.model().decoder())).isEqualTo(before);
    }

    /** One place is free, and the request at the head of the queue has two sequences: its first one takes the place. */
    @Test
    void aCancelledRequestAtTheHeadHoldsUpNobody() throws Exception {
        CountDownLatch started = new CountDownLatch(5);
        CountDownLatch second = new CountDownLatch(3);
        GenerationRequest two = new GenerationRequest(
                LONG.prompt(),
                LONG.config().toBuilder().doSample(true).numReturnSequences(2).build());
        try (ContinuousBatch batch = new ContinuousBatch(gpt2, 2, 10)) {
            var first = batch.submit(LONG, (token, i) -> started.countDown());
            started.await();
            var head = batch.submit(two, (token, i) -> second.countDown());
            second.await();
            assertThat(first).as("it still runs: its place is taken").isNotDone();
            var behind = batch.submit(
                    new GenerationRequest(Prompt.of("O"), config(0)),
                    (token, i) -> assertThat(first).isNotDone());
            head.cancel(false);
            assertThat(behind.get()).hasSize(1);
            assertThat(first.get().get(0).tokens()).hasSize(250);
        }
    }

    /** A request of as many sequences as there are places does not wait until all are free, and neither do others. */
    @Test
    void aLargeRequestTakesThePlacesAsTheyBecomeFree() throws Exception {
        GenerationRequest four = new GenerationRequest(
                Prompt.of("JULIET:"),
                GenerationConfig.builder()
                        .doSample(true)
                        .seed(3)
                        .numReturnSequences(4)
                        .maxNewTokens(12)
                        .build());
        CountDownLatch started = new CountDownLatch(1);
        try (ContinuousBatch batch = new ContinuousBatch(gpt2, 4, 10)) {
            var running = batch.submit(LONG, (token, i) -> started.countDown());
            started.await();
            var large = batch.submit(four, (token, i) -> assertThat(running).isNotDone());
            var small = batch.submit(
                    new GenerationRequest(Prompt.of("O"), config(0)),
                    (token, i) -> assertThat(running).isNotDone());
            assertThat(large.get()).extracting(Generation::ids).isEqualTo(ids(gpt2.generateAll(List.of(four))));
            assertThat(small.get()).hasSize(1);
            assertThat(running.get().get(0).tokens()).hasSize(250);
        }
    }

    @Test
    void tooManyAreRejected() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        try (ContinuousBatch batch = new ContinuousBatch(gpt2, 1, 1)) {
            batch.submit(LONG, (token, i) -> started.countDown());
            started.await();
            assertThat(batch.running()).isEqualTo(1);
            batch.submit(LONG, (token, i) -> {});
            assertThatThrownBy(() -> batch.submit(LONG, (token, i) -> {}))
                    .isInstanceOf(RejectedExecutionException.class)
                    .hasMessage("1 requests wait for one of 1 places, expected fewer than 1; try again later");
        }
    }

    @Test
    void drainingEndsWhatWasAcceptedAndAcceptsNothing() throws Exception {
        ContinuousBatch batch = new ContinuousBatch(gpt2, 3, 3);
        var results = IntStream.range(0, 3)
                .mapToObj(i -> batch.submit(new GenerationRequest(Prompt.of("O"), config(i)), (token, s) -> {}))
                .toList();
        assertThat(batch.drain(Duration.ofSeconds(100))).isTrue();
        assertThat(results).allMatch(CompletableFuture::isDone).noneMatch(CompletableFuture::isCompletedExceptionally);
        assertThatThrownBy(() -> batch.submit(LONG, (token, i) -> {}))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessage("this batch accepts no requests any more");
        batch.close();
    }

    @Test
    void closingCancelsAll() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        ContinuousBatch batch = new ContinuousBatch(gpt2, 1, 1);
        var runs = batch.submit(LONG, (token, i) -> started.countDown());
        started.await();
        var waits = batch.submit(LONG, (token, i) -> {});
        assertThat(batch.drain(Duration.ZERO)).isFalse();
        batch.close();
        for (var each : List.of(runs, waits)) {
            assertThatThrownBy(each::get).isInstanceOf(CancellationException.class);
        }
    }

    @Test
    void aListenerThatFailsEndsItsRequestOnly() throws Exception {
        try (ContinuousBatch batch = new ContinuousBatch(gpt2, 2, 2)) {
            var failing = batch.submit(LONG, (token, i) -> {
                throw new IllegalStateException("enough");
            });
            var other = batch.submit(LONG, (token, i) -> {});
            assertThatThrownBy(() -> failing.get(100, TimeUnit.SECONDS)).hasMessageContaining("enough");
            assertThat(other.get().get(0).tokens()).hasSize(250);
        }
    }

    @Test
    void aListenerThatInterruptsItsThreadEndsTheBatch() throws Exception {
        try (ContinuousBatch batch = new ContinuousBatch(gpt2, 1, 1)) {
            GenerationRequest one = new GenerationRequest(
                    Prompt.of("O"), GenerationConfig.builder().maxNewTokens(1).build());
            batch.submit(one, (token, i) -> Thread.currentThread().interrupt()).get();
            assertThatThrownBy(() -> {
                        while (true) {
                            batch.submit(one, (token, i) -> {}).get();
                        }
                    })
                    .isInstanceOf(RejectedExecutionException.class)
                    .hasMessage("this batch accepts no requests any more");
        }
    }

    @Test
    void aModelThatIsClosedFailsItsRequests() throws Exception {
        Gpt2 own = Gpt2.load("shakespeare");
        try (ContinuousBatch batch = new ContinuousBatch(own, 1, 1)) {
            CountDownLatch started = new CountDownLatch(1);
            var runs = batch.submit(LONG, (token, i) -> started.countDown());
            started.await();
            own.close();
            assertThatThrownBy(runs::get)
                    .hasCauseInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("this model is closed");
        }
    }

    @Test
    void whatCannotBeUsedIsRejectedAtOnce() {
        try (ContinuousBatch batch = new ContinuousBatch(gpt2, 2, 2)) {
            GenerationConfig three = GenerationConfig.builder()
                    .doSample(true)
                    .numReturnSequences(3)
                    .build();
            assertInvalid(
                    NUM_RETURN_SEQUENCES,
                    3,
                    "at most 2",
                    () -> batch.submit(new GenerationRequest(Prompt.of("O"), three), (token, i) -> {}));
            assertThatThrownBy(
                            () -> batch.submit(new GenerationRequest(Prompt.ofIds(9999), config(0)), (token, i) -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("id 9999 at index 0 is out of range");
        }
        assertThatThrownBy(() -> new ContinuousBatch(gpt2, 0, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("found places 0 and capacity 2, expected at least 1 each");
    }
}
