package io.github.gpt2djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.internal.decoder.LiveArrays;
import io.github.gpt2djl.internal.generation.Failures;
import io.github.gpt2djl.sampling.LogitsProcessor;
import io.github.gpt2djl.sampling.NoTokenLeftException;
import io.github.gpt2djl.sampling.TokenSequence;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A request that fails while it runs fails alone, with its own exception, wherever it runs. */
@Timeout(120)
class FailedRequestTest {
    private static final int POSITIONS = 4096;
    /** A token whose embedding is NaN, so that a text that has it gets NaN logits, and no other does. */
    private static final int DAMAGED = 60;

    /** More than any machine has memory for: 16 MiB a sequence. */
    private static final int MANY = 1 << 16;

    private static Gpt2 gpt2;
    /** What each of the good requests gives alone. */
    private static List<List<Integer>> alone;

    @BeforeAll
    static void load(@TempDir Path folder) throws IOException {
        TestCheckpoint model = new TestCheckpoint(2, 4, 256, POSITIONS, 61, false, 3);
        Arrays.fill(model.values("wte.weight"), DAMAGED * 256, (DAMAGED + 1) * 256, Float.NaN);
        gpt2 = Gpt2.load(model.write(folder));
        alone = good().stream()
                .map(request ->
                        gpt2.generate(request.prompt(), request.config()).ids())
                .toList();
    }

    @AfterAll
    static void close() {
        gpt2.close();
    }

    /** What can fail. */
    private enum Cause {
        PROCESSOR(IllegalArgumentException.class, "own rule", own(() -> new IllegalArgumentException("own rule"))),
        ERROR(AssertionError.class, "own rule", own(() -> new AssertionError("own rule"))),
        STACK(StackOverflowError.class, "", processor((scores, text) -> deeper(0))),
        MEMORY_OF_JAVA(OutOfMemoryError.class, "own rule", own(() -> new OutOfMemoryError("own rule"))),
        CHECKED(IOException.class, "own rule", own(() -> new IOException("own rule"))),
        NOTHING_LEFT(
                NoTokenLeftException.class,
                "no token is left",
                processor((scores, text) -> Arrays.fill(scores, Float.NEGATIVE_INFINITY))),
        NAN_RULE(
                IllegalStateException.class,
                "a score is NaN after",
                processor((scores, text) -> scores[3] = Float.NaN)),
        TEMPERATURE(
                IllegalStateException.class,
                "the scores to choose from are NaN or infinite; is a temperature",
                request(
                        GenerationConfig.builder()
                                .doSample(true)
                                .temperature(1.2e-38)
                                .logitBias(5, 100),
                        1,
                        2)),
        PENALTY(
                IllegalStateException.class,
                "the scores to choose from are NaN or infinite; is a temperature",
                request(
                        GenerationConfig.builder()
                                .doSample(true)
                                .repetitionPenalty(1.2e-38)
                                .logitBias(5, 100),
                        1,
                        5)),
        EXPLAINER(
                IllegalArgumentException.class,
                "own rule",
                request(
                        GenerationConfig.builder()
                                .doSample(true)
                                .trace(3)
                                .logitsProcessor(thrown(() -> new IllegalArgumentException("own rule"))),
                        1,
                        2)),
        NAN_LOGITS(
                IllegalStateException.class,
                "the model's logits are NaN or infinite",
                request(GenerationConfig.builder(), 1, DAMAGED)),
        NAN_LOGITS_DRAWN(
                IllegalStateException.class,
                "the model's logits are NaN or infinite",
                request(GenerationConfig.builder().doSample(true).topK(5), DAMAGED)),
        NAN_LOGITS_EXPLAINED(
                IllegalStateException.class,
                "the model's logits are NaN or infinite",
                request(GenerationConfig.builder().trace(2), DAMAGED));

        final Class<? extends Throwable> type;
        final String message;
        final GenerationRequest request;

        Cause(Class<? extends Throwable> type, String message, GenerationRequest request) {
            this.type = type;
            this.message = message;
            this.request = request;
        }

        private static int deeper(int depth) {
            return depth < 0 ? 0 : deeper(depth + 1) + 1;
        }

        private static GenerationRequest own(java.util.function.Supplier<Throwable> failure) {
            return processor(thrown(failure));
        }

        private static LogitsProcessor thrown(java.util.function.Supplier<Throwable> failure) {
            return (scores, text) -> {
                if (text.length() - text.promptLength() == 2) {
                    throw Failures.unchecked(failure.get());
                }
            };
        }

        private static GenerationRequest processor(LogitsProcessor rule) {
            LogitsProcessor later = (float[] scores, TokenSequence text) -> {
                if (text.length() - text.promptLength() >= 2) {
                    rule.process(scores, text);
                }
            };
            return request(GenerationConfig.builder().logitsProcessor(later), 1, 2);
        }

        private static GenerationRequest request(GenerationConfigBuilder config, int... prompt) {
            return new GenerationRequest(
                    Prompt.ofIds(prompt),
                    config.maxNewTokens(20).suppressTokens(DAMAGED).build());
        }

        void assertIs(Throwable found) {
            assertThat(found).as("%s", this).isExactlyInstanceOf(type);
            if (!message.isEmpty()) {
                assertThat(found).hasMessageStartingWith(message);
            }
        }
    }

    /** Where it runs: among others, of which it must fail alone. */
    private enum Where {
        LIST,
        QUEUE,
        EACH,
        EACH_OF_QUEUE,
        CONTINUOUS_BATCH,
        STREAM,
        PUBLISHER;
    }

    static Stream<Arguments> itFailsAlone() {
        return Arrays.stream(Cause.values())
                .flatMap(cause -> Arrays.stream(Where.values()).map(where -> Arguments.of(cause, where)));
    }

    @ParameterizedTest
    @MethodSource
    void itFailsAlone(Cause cause, Where where) throws Exception {
        List<GenerationRequest> requests = among(cause.request);
        long before = LiveArrays.count(gpt2.model().decoder());
        switch (where) {
            case LIST -> assertThatThrownBy(() -> gpt2.generateAll(requests)).satisfies(cause::assertIs);
            case QUEUE -> {
                List<Generation> good = new ArrayList<>();
                try (Stream<Generation> all = gpt2.generateAll(requests.iterator(), 3)) {
                    Iterator<Generation> each = all.iterator();
                    assertThatThrownBy(() -> each.forEachRemaining(good::add)).satisfies(cause::assertIs);
                    assertThat(each)
                            .as("after its failure the stream has ended")
                            .isExhausted();
                }
                assertThat(good).extracting(Generation::ids).isEqualTo(alone().subList(0, 2));
            }
            case EACH -> assertEach(cause, gpt2.generateEach(requests));
            case EACH_OF_QUEUE -> {
                try (Stream<GenerationResult> each = gpt2.generateEach(requests.iterator(), 3)) {
                    assertEach(cause, each.toList());
                }
            }
            case CONTINUOUS_BATCH -> {
                try (ContinuousBatch batch = new ContinuousBatch(gpt2, 3, 10)) {
                    List<CompletableFuture<List<Generation>>> results = requests.stream()
                            .map(request -> batch.submit(request, (token, i) -> {}))
                            .toList();
                    assertEach(
                            cause,
                            results.stream().map(FailedRequestTest::result).toList());
                }
            }
            case STREAM -> {
                try (Stream<Token> tokens = gpt2.stream(cause.request.prompt(), cause.request.config())) {
                    Iterator<Token> each = tokens.iterator();
                    assertThatThrownBy(() -> each.forEachRemaining(token -> {})).satisfies(cause::assertIs);
                    assertThat(each)
                            .as("after its failure the stream has ended")
                            .isExhausted();
                }
            }
            case PUBLISHER -> {
                CompletableFuture<Void> ended = new CompletableFuture<>();
                gpt2.publisher(cause.request.prompt(), cause.request.config()).subscribe(new Waiting(ended));
                cause.assertIs(assertThrows(ended));
            }
        }
        assertThat(LiveArrays.count(gpt2.model().decoder())).isEqualTo(before);
    }

    /** Two good ones, the failing one, and three more that take its place. */
    private static List<GenerationRequest> among(GenerationRequest failing) {
        List<GenerationRequest> requests = new ArrayList<>(good());
        requests.add(2, failing);
        return requests;
    }

    private static List<GenerationRequest> good() {
        return IntStream.range(0, 5)
                .mapToObj(i -> new GenerationRequest(
                        Prompt.ofIds(5 + i, 7),
                        i % 2 == 0
                                ? GenerationConfig.builder()
                                        .maxNewTokens(6 + 5 * i)
                                        .suppressTokens(DAMAGED)
                                        .build()
                                : GenerationConfig.builder()
                                        .maxNewTokens(30)
                                        .suppressTokens(DAMAGED)
                                        .doSample(true)
                                        .seed(i)
                                        .build()))
                .toList();
    }

    private static List<List<Integer>> alone() {
        return alone;
    }

    private static void assertEach(Cause cause, List<GenerationResult> results) {
        assertThat(results).hasSize(6);
        cause.assertIs(results.get(2).failure());
        assertThat(results.get(2).generations()).isEmpty();
        List<GenerationResult> others = new ArrayList<>(results);
        others.remove(2);
        assertThat(others).extracting(GenerationResult::failure).containsOnlyNulls();
        assertThat(others)
                .extracting(result -> result.generations().get(0).ids())
                .isEqualTo(alone());
    }

    private static GenerationResult result(CompletableFuture<List<Generation>> future) {
        try {
            return new GenerationResult(future.join(), null);
        } catch (CompletionException e) {
            return new GenerationResult(List.of(), e.getCause());
        }
    }

    private static Throwable assertThrows(CompletableFuture<Void> ended) {
        try {
            ended.join();
            throw new AssertionError("it has ended well");
        } catch (CompletionException e) {
            return e.getCause();
        }
    }

    /** Asks for all. */
    private record Waiting(CompletableFuture<Void> ended) implements Flow.Subscriber<Token> {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Token token) {}

        @Override
        public void onError(Throwable e) {
            ended.completeExceptionally(e);
        }

        @Override
        public void onComplete() {
            ended.complete(null);
        }
    }

    /** The logits of some of its copies are NaN in the same step: one of them is enough. */
    @Test
    void aCopyThatFailsEndsTheOtherCopies() {
        GenerationConfigBuilder config =
                GenerationConfig.builder().doSample(true).topK(0).seed(1).numReturnSequences(3);
        int[] calls = {0};
        config.logitsProcessor((scores, text) -> {
            if (++calls[0] == 8) {
                throw new IllegalStateException("the eighth");
            }
        });
        GenerationRequest failing = new GenerationRequest(
                Prompt.ofIds(1, 2),
                config.suppressTokens(DAMAGED).maxNewTokens(50).build());
        List<GenerationResult> results = gpt2.generateEach(among(failing));
        assertThat(results.get(2).failure()).hasMessage("the eighth");
        assertThat(calls[0]).isLessThanOrEqualTo(9);
        results = new ArrayList<>(results);
        results.remove(2);
        assertThat(results)
                .extracting(result -> result.generations().get(0).ids())
                .isEqualTo(alone());
    }

    @Test
    void memoryThatAJoiningRequestLacksIsItsOwnFailure() throws Exception {
        GenerationRequest large = new GenerationRequest(
                Prompt.ofIds(1, 2),
                GenerationConfig.builder()
                        .doSample(true)
                        .numReturnSequences(MANY)
                        .maxNewTokens(POSITIONS - 2)
                        .build());
        List<GenerationRequest> requests = among(large);
        for (List<GenerationResult> results : List.of(
                gpt2.generateEach(requests),
                gpt2.generateEach(requests.iterator(), MANY + 10).toList(),
                continuous(requests, MANY + 10))) {
            assertThat(results.get(2).failure())
                    .isInstanceOf(InsufficientMemoryException.class)
                    .hasMessageStartingWith("the KV cache of 655");
            results = new ArrayList<>(results);
            results.remove(2);
            assertThat(results)
                    .extracting(result -> result.generations().get(0).ids())
                    .isEqualTo(alone());
        }
    }

    private static List<GenerationResult> continuous(List<GenerationRequest> requests, int places) {
        try (ContinuousBatch batch = new ContinuousBatch(gpt2, places, 10)) {
            return requests.stream().map(request -> batch.submit(request, (token, i) -> {})).toList().stream()
                    .map(FailedRequestTest::result)
                    .toList();
        }
    }

    @Test
    void aListenerThatFailsEndsItsRequestOnly() {
        try (ContinuousBatch batch = new ContinuousBatch(gpt2, 3, 10)) {
            List<GenerationRequest> requests = among(good().get(0));
            List<CompletableFuture<List<Generation>>> results = new ArrayList<>();
            for (int i = 0; i < requests.size(); i++) {
                boolean fails = i == 2;
                results.add(batch.submit(requests.get(i), (token, sequence) -> {
                    if (fails) {
                        throw new AssertionError("the listener's");
                    }
                }));
            }
            List<GenerationResult> found = new ArrayList<>(
                    results.stream().map(FailedRequestTest::result).toList());
            assertThat(found.remove(2).failure())
                    .isInstanceOf(AssertionError.class)
                    .hasMessage("the listener's");
            assertThat(found)
                    .extracting(result -> result.generations().get(0).ids())
                    .isEqualTo(alone());
        }
    }

    /** A request that cannot be used is found when it is its turn; those behind it are continued. */
    @Test
    void whatCannotBeUsedIsAResultToo() {
        GenerationConfig usual = GenerationConfig.builder().build();
        for (GenerationRequest wrong : List.of(
                new GenerationRequest(Prompt.ofIds(1, 9999), usual),
                new GenerationRequest(Prompt.of("text"), usual),
                new GenerationRequest(
                        Prompt.ofIds(1),
                        GenerationConfig.builder().eosTokenId(9999).build()))) {
            List<GenerationRequest> requests = among(wrong);
            for (List<GenerationResult> results : List.of(
                    gpt2.generateEach(requests),
                    gpt2.generateEach(requests.iterator(), 2).toList())) {
                List<GenerationResult> found = new ArrayList<>(results);
                assertThat(found.remove(2).failure())
                        .isInstanceOfAny(IllegalArgumentException.class, IllegalStateException.class);
                assertThat(found)
                        .extracting(result -> result.generations().get(0).ids())
                        .isEqualTo(alone());
            }
        }
        // Results come although no request can ever be used.
        try (Stream<GenerationResult> endless = gpt2.generateEach(
                Stream.generate(() -> new GenerationRequest(Prompt.ofIds(9999), usual))
                        .iterator(),
                2)) {
            assertThat(endless.limit(5))
                    .allMatch(result -> result.failure() != null)
                    .hasSize(5);
        }
    }

    @Test
    void searchesAndLookupsHaveResultsToo() {
        GenerationConfigBuilder config =
                GenerationConfig.builder().suppressTokens(DAMAGED).maxNewTokens(6);
        List<GenerationRequest> requests = new ArrayList<>(good());
        requests.add(
                1, new GenerationRequest(Prompt.ofIds(3, 4), config.numBeams(2).build()));
        requests.add(2, new GenerationRequest(Prompt.ofIds(DAMAGED), config.build()));
        requests.add(
                3,
                new GenerationRequest(
                        Prompt.ofIds(3, 4),
                        config.numBeams(1).promptLookupNumTokens(4).build()));
        List<GenerationResult> results = new ArrayList<>(gpt2.generateEach(requests));
        assertThat(results.remove(2).failure()).hasMessageStartingWith("the model's logits are NaN or infinite");
        for (int found : new int[] {2, 1}) {
            GenerationRequest request = requests.get(found == 2 ? 3 : 1);
            assertThat(results.remove(found).generations().get(0).ids())
                    .isEqualTo(gpt2.generateAll(List.of(request)).get(0).ids());
        }
        assertThat(results)
                .extracting(result -> result.generations().get(0).ids())
                .isEqualTo(alone());
    }

    @Test
    void anIteratorThatFailsLosesNoResultBeforeIt() {
        for (Throwable failure : List.of(
                new IllegalStateException("no more"), new AssertionError("no more"), new IOException("no more"))) {
            for (boolean early : new boolean[] {true, false}) {
                List<Generation> found = new ArrayList<>();
                try (Stream<Generation> results = gpt2.generateAll(failing(failure, early), 3)) {
                    assertThatThrownBy(() -> results.forEach(found::add)).isSameAs(failure);
                }
                assertThat(found).extracting(Generation::ids).isEqualTo(alone());
                List<GenerationResult> each = new ArrayList<>();
                try (Stream<GenerationResult> results = gpt2.generateEach(failing(failure, early), 3)) {
                    assertThatThrownBy(() -> results.forEach(each::add)).isSameAs(failure);
                }
                assertThat(each).hasSize(5);
            }
        }
    }

    private static Iterator<GenerationRequest> failing(Throwable failure, boolean early) {
        Iterator<GenerationRequest> good = good().iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                if (early && !good.hasNext()) {
                    throw Failures.unchecked(failure);
                }
                return true;
            }

            @Override
            public GenerationRequest next() {
                if (!good.hasNext()) {
                    throw Failures.unchecked(failure);
                }
                return good.next();
            }
        };
    }

    /** What belongs to no request ends all, after the results that are there. */
    @Test
    void aModelThatIsClosedEndsTheStreamAfterWhatIsComplete(@TempDir Path folder) throws IOException {
        Gpt2 own = Gpt2.load(new TestCheckpoint(1, 1, 8, 100, 61, true, 3).write(folder));
        GenerationConfig three = GenerationConfig.builder().maxNewTokens(3).build();
        GenerationConfig many = GenerationConfig.builder()
                .maxNewTokens(50)
                .suppressTokens(own.config().eosId())
                .logitsProcessor((scores, text) -> {
                    if (text.length() == 20) {
                        own.close();
                    }
                })
                .build();
        List<GenerationRequest> requests = List.of(
                new GenerationRequest(Prompt.ofIds(1), three),
                new GenerationRequest(Prompt.ofIds(2), many),
                new GenerationRequest(Prompt.ofIds(3), many));
        List<GenerationResult> found = new ArrayList<>();
        try (Stream<GenerationResult> results = gpt2Each(own, requests)) {
            Iterator<GenerationResult> each = results.iterator();
            assertThatThrownBy(() -> each.forEachRemaining(found::add))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("this model is closed");
            assertThat(each).isExhausted();
        }
        assertThat(found).hasSize(1);
    }

    private static Stream<GenerationResult> gpt2Each(Gpt2 own, List<GenerationRequest> requests) {
        return own.generateEach(requests.iterator(), 3);
    }

    @Test
    void aSlideOfAnyLengthCostsWhatIsRead() {
        GenerationConfig config = GenerationConfig.builder()
                .contextPolicy(ContextPolicy.slide(10))
                .maxNewTokens(Integer.MAX_VALUE)
                .suppressTokens(DAMAGED, gpt2.config().eosId())
                .build();
        GenerationConfig three = config.toBuilder().maxNewTokens(3).build();
        List<Integer> wanted = gpt2.generate(Prompt.ofIds(1, 2), three).ids();
        try (Stream<Token> tokens = gpt2.stream(Prompt.ofIds(1, 2), config)) {
            assertThat(tokens.limit(3).map(Token::id)).isEqualTo(wanted);
        }
        try (ContinuousBatch batch = new ContinuousBatch(gpt2, 2, 2)) {
            List<CompletableFuture<List<Generation>>> endless = new ArrayList<>();
            List<Integer> found = new ArrayList<>();
            CompletableFuture<Void> submitted = new CompletableFuture<>();
            endless.add(batch.submit(new GenerationRequest(Prompt.ofIds(1, 2), config), (token, i) -> {
                submitted.join();
                found.add(token.id());
                if (found.size() == 3) {
                    endless.get(0).cancel(false);
                }
            }));
            submitted.complete(null);
            assertThat(result(batch.submit(good().get(0), (token, i) -> {}))
                            .generations()
                            .get(0)
                            .ids())
                    .isEqualTo(alone().get(0));
            assertThat(found).isEqualTo(wanted);
        }
    }
}
