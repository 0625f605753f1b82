package io.github.gpt2djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.internal.decoder.LiveArrays;
import io.github.gpt2djl.testing.ShippedVocabulary;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One model and many threads. */
class ConcurrencyTest {
    private static final int THREADS = 16;
    private static final int GENERATIONS = 200;
    private static final List<String> PROMPTS =
            List.of("", "O", "ROMEO:", "To be, or not to be, that", "Enter 🎭 PUCK");

    @TempDir
    Path folder;

    /** The shipped model's vocabulary on few weights: the threads meet in the library, not in matrix products. */
    @Test
    void sixteenThreadsGetWhatOneGets() throws Exception {
        new TestCheckpoint(2, 2, 32, 256, ShippedVocabulary.SIZE, true, 4).write(folder);
        Files.copy(Path.of("models/shakespeare/tokenizer.json"), folder.resolve("tokenizer.json"));
        try (Gpt2 gpt2 = Gpt2.load(folder)) {
            sixteenThreads(gpt2);
        }
    }

    private static void sixteenThreads(Gpt2 gpt2) throws Exception {
        List<GenerationRequest> requests = IntStream.range(0, GENERATIONS)
                .mapToObj(ConcurrencyTest::request)
                .toList();
        List<List<List<Integer>>> expected =
                requests.stream().map(request -> whole(gpt2, request)).toList();
        List<Future<Integer>> threads = new ArrayList<>();
        ExecutorService executor = Executors.newFixedThreadPool(THREADS);
        try {
            for (int thread = 0; thread < THREADS; thread++) {
                List<Integer> order =
                        new ArrayList<>(IntStream.range(0, GENERATIONS).boxed().toList());
                Collections.shuffle(order, new Random(thread));
                threads.add(executor.submit(() -> {
                    for (int i : order) {
                        GenerationRequest request = requests.get(i);
                        boolean streams =
                                expected.get(i).size() == 1 && request.config().get(GenerationOption.NUM_BEAMS) == 1;
                        assertThat(streams && i % 2 == 0 ? streamed(gpt2, request) : whole(gpt2, request))
                                .as("%s", request)
                                .isEqualTo(expected.get(i));
                    }
                    return order.size();
                }));
            }
            for (Future<Integer> thread : threads) {
                assertThat(thread.get()).isEqualTo(GENERATIONS);
            }
        } finally {
            executor.shutdownNow();
        }
        assertThat(requests.stream().map(GenerationRequest::config).distinct()).hasSizeGreaterThan(GENERATIONS / 2);
    }

    /** Several times, as each meets other calls. */
    @RepeatedTest(20)
    void closingEndsWhatRuns() throws Exception {
        Path model = new TestCheckpoint(2, 2, 32, 200, 300, true, 4).write(folder);
        Gpt2 gpt2 = Gpt2.load(model);
        Prompt prompt = Prompt.ofIds(1, 2, 3);
        Iterator<Token> idle = gpt2.stream(
                        prompt, GenerationConfig.builder().maxNewTokens(50).build())
                .iterator();
        idle.next();
        List<Runnable> calls = new ArrayList<>();
        for (GenerationConfigBuilder config : List.of(
                GenerationConfig.builder(),
                GenerationConfig.builder().doSample(true).numReturnSequences(4),
                GenerationConfig.builder().numBeams(3),
                GenerationConfig.builder().penaltyAlpha(0.5).topK(4),
                GenerationConfig.builder().promptLookupNumTokens(3))) {
            GenerationConfig whole = config.maxNewTokens(100).build();
            calls.add(() -> gpt2.generateAll(List.of(prompt), whole));
        }
        GenerationConfig single = GenerationConfig.builder().maxNewTokens(100).build();
        calls.add(() -> {
            try (Stream<Token> tokens = gpt2.stream(prompt, single)) {
                tokens.forEach(token -> {});
            }
        });
        calls.add(() -> gpt2.generateAll(List.of(prompt, prompt, prompt).iterator(), single, 2)
                .forEach(generation -> {}));
        calls.add(() -> gpt2.score(Prompt.ofIds(IntStream.range(0, 200).toArray())));
        CountDownLatch begun = new CountDownLatch(calls.size());
        ExecutorService executor = Executors.newFixedThreadPool(calls.size());
        try {
            List<Future<?>> threads = new ArrayList<>();
            for (Runnable call : calls) {
                threads.add(executor.submit(() -> {
                    call.run();
                    begun.countDown();
                    while (true) {
                        call.run();
                    }
                }));
            }
            begun.await();
            gpt2.close();
            for (Future<?> thread : threads) {
                assertThatThrownBy(thread::get)
                        .hasCauseInstanceOf(IllegalStateException.class)
                        .cause()
                        .hasMessage("this model is closed; load it again");
            }
        } finally {
            executor.shutdownNow();
        }
        assertThat(LiveArrays.count(gpt2.model().decoder())).isZero();
        assertThatThrownBy(idle::next).hasMessage("this model is closed; load it again");
        for (Runnable call : calls) {
            assertThatThrownBy(call::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("this model is closed; load it again");
        }
        gpt2.close();
    }

    @Test
    void aClosedModelHasNoTokenizer() throws IOException {
        Gpt2 gpt2 = Gpt2.load("shakespeare");
        gpt2.close();
        assertThatThrownBy(() -> gpt2.encode("O")).hasMessage("this model is closed; load it again");
        assertThatThrownBy(() -> gpt2.generate("O", GenerationConfig.builder().build()))
                .hasMessage("this model is closed; load it again");
    }

    private static GenerationRequest request(int i) {
        GenerationConfigBuilder config = GenerationConfig.builder();
        switch (i % 10) {
            case 0 -> config.repetitionPenalty(1 + i % 7 / 5.0);
            case 1 -> config.doSample(true).temperature(0.5 + i % 3).seed(i);
            case 2 -> config.doSample(true).topP(0.3 + i % 7 / 10.0).seed(i);
            case 3 -> config.doSample(true).topK(1 + i % 90).seed(i).topLogprobs(i % 4);
            case 4 -> config.preset(Preset.OPENAI).topK(40).seed(i);
            case 5 ->
                config.doSample(true).topK(0).minP(0.02).frequencyPenalty(1).seed(i);
            case 6 -> config.numBeams(2 + i % 3).lengthPenalty(i % 5 - 2.0);
            case 7 -> config.penaltyAlpha(0.6).topK(2 + i % 4);
            case 8 -> config.doSample(true).numReturnSequences(3).seed(i);
            default -> config.promptLookupNumTokens(1 + i % 5).noRepeatNgramSize(3 + i % 3);
        }
        config.maxNewTokens(2 + i % 9);
        return new GenerationRequest(Prompt.of(PROMPTS.get(i % PROMPTS.size())), config.build());
    }

    private static List<List<Integer>> whole(Gpt2 gpt2, GenerationRequest request) {
        return gpt2.generateAll(List.of(request)).stream().map(Generation::ids).toList();
    }

    private static List<List<Integer>> streamed(Gpt2 gpt2, GenerationRequest request) {
        try (Stream<Token> tokens = gpt2.stream(request.prompt(), request.config())) {
            return List.of(tokens.map(Token::id).toList());
        }
    }
}
