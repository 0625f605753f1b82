package io.github.gpt2djl;

import static io.github.gpt2djl.GenerationOption.NUM_BEAMS;
import static io.github.gpt2djl.testing.InvalidOptions.assertInvalid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.gpt2djl.internal.decoder.LiveArrays;
import io.github.gpt2djl.internal.generation.LoadedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Beam search against transformers: src/test/python/make_decoding_references.py made the expectations. */
class BeamTest {
    private static final Path FOLDER = Path.of("src/test/resources/reference");
    /**
     * A score is a sum of up to 40 log-probabilities, summed in 32 bits here and there. With a negative length penalty
     * it is so large, -739, that these numbers' own spacing counts: four of them.
     */
    private static final double TOLERANCE = 1e-4;

    private static final Prompt PROMPT = Prompt.ofIds(9, 7, 8, 61, 2);

    private static Gpt2 gpt2;

    @BeforeAll
    static void load() throws IOException {
        gpt2 = Gpt2.load(FOLDER.resolve("prefixed-f32"));
    }

    @AfterAll
    static void close() {
        gpt2.close();
    }

    @TestFactory
    List<DynamicTest> sequencesAndScoresAreThoseOfTransformers() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        JsonObject all = JsonParser.parseString(Files.readString(FOLDER.resolve("decoding.json")))
                .getAsJsonObject();
        for (JsonElement element : all.getAsJsonArray("beams")) {
            JsonObject row = element.getAsJsonObject();
            tests.add(DynamicTest.dynamicTest(row.get("options") + " after " + row.get("prompt"), () -> search(row)));
        }
        return tests;
    }

    private static void search(JsonObject row) {
        GenerationConfig config =
                GenerationConfig.parse(row.getAsJsonObject("options").toString());
        List<Generation> found = gpt2.generateAll(List.of(Prompt.ofIds(ints(row.getAsJsonArray("prompt")))), config);
        JsonArray ids = row.getAsJsonArray("ids");
        assertThat(found).hasSize(ids.size());
        for (int i = 0; i < found.size(); i++) {
            Generation one = found.get(i);
            assertThat(one.ids())
                    .as("sequence %d", i)
                    .containsExactlyElementsOf(LoadedModel.boxed(ints(ids.get(i).getAsJsonArray())));
            double expected = row.getAsJsonArray("scores").get(i).getAsDouble();
            assertThat(one.score().orElseThrow())
                    .isCloseTo(expected, within(Math.max(TOLERANCE, 4 * Math.ulp((float) expected))));
            List<Integer> eosIds = config.isSet(GenerationOption.EOS_TOKEN_ID)
                    ? config.get(GenerationOption.EOS_TOKEN_ID)
                    : List.of(gpt2.config().eosId());
            boolean ended = eosIds.contains(one.ids().get(one.ids().size() - 1));
            assertThat(one.finishReason()).isEqualTo(ended ? FinishReason.EOS : FinishReason.LENGTH);
        }
    }

    @Test
    void logProbabilitiesAreTheModelsOwn() {
        GenerationConfig config = GenerationConfig.builder()
                .numBeams(4)
                .numReturnSequences(4)
                .noRepeatNgramSize(2)
                .maxNewTokens(12)
                .build();
        List<Generation> all = gpt2.generateAll(List.of(PROMPT), config);
        assertThat(all).hasSize(4);
        for (Generation one : all) {
            List<Integer> whole = new ArrayList<>(one.promptIds());
            whole.addAll(one.ids());
            List<Double> expected = gpt2.score(
                            Prompt.ofIds(whole.stream().mapToInt(i -> i).toArray()))
                    .logProbabilities()
                    .subList(one.promptIds().size() - 1, whole.size() - 1);
            assertThat(one.tokens()).hasSameSizeAs(expected).isNotEmpty();
            for (int i = 0; i < expected.size(); i++) {
                assertThat(one.tokens().get(i).logProbability()).isCloseTo(expected.get(i), within(TOLERANCE));
            }
        }
    }

    @Test
    void promptsAreSearchedInTurn() {
        GenerationConfig config = GenerationConfig.builder()
                .numBeams(3)
                .numReturnSequences(2)
                .maxNewTokens(10)
                .build();
        GenerationConfig greedy = GenerationConfig.builder().maxNewTokens(10).build();
        List<Generation> all = gpt2.generateAll(List.of(
                new GenerationRequest(PROMPT, config),
                new GenerationRequest(PROMPT, greedy),
                new GenerationRequest(Prompt.ofIds(42), config)));
        assertThat(all).hasSize(5);
        assertThat(all.subList(0, 2)).isEqualTo(gpt2.generateAll(List.of(PROMPT), config));
        assertThat(all.get(2)).isEqualTo(gpt2.generate(PROMPT, greedy));
        assertThat(all.get(2).score()).isEmpty();
        assertThat(all.subList(3, 5)).isEqualTo(gpt2.generateAll(List.of(Prompt.ofIds(42)), config));
    }

    @Test
    void theContextEndsASearch() {
        int positions = gpt2.config().positions();
        int[] prompt = new int[positions - 3];
        GenerationConfig config =
                GenerationConfig.builder().numBeams(3).maxNewTokens(50).build();
        Generation found = gpt2.generate(Prompt.ofIds(prompt), config);
        assertThat(found.ids()).hasSize(4);
        assertThat(found.finishReason()).isEqualTo(FinishReason.CONTEXT);
    }

    @Test
    void rulesMayLeaveFewerCandidatesThanBeams() {
        GenerationConfigBuilder config = GenerationConfig.builder()
                .numBeams(4)
                .suppressTokens(IntStream.range(2, 101).toArray());
        GenerationConfig two = config.maxNewTokens(2).numReturnSequences(4).build();
        assertThat(gpt2.generateAll(List.of(PROMPT), two))
                .extracting(Generation::ids)
                .containsExactlyInAnyOrder(List.of(0, 0), List.of(0, 1), List.of(1, 0), List.of(1, 1));
        GenerationConfig one = config.maxNewTokens(1).build();
        assertThatThrownBy(() -> gpt2.generateAll(List.of(PROMPT), one))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("beam search found 2 sequences that the rules allow, expected 4; relax the rules, or ask"
                        + " for fewer sequences");
    }

    @Test
    void anInterruptEndsASearch() {
        GenerationConfig config =
                GenerationConfig.builder().numBeams(2).maxNewTokens(10).build();
        Thread.currentThread().interrupt();
        Generation found = gpt2.generate(PROMPT, config);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(found.finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(found.ids()).isEmpty();
        assertThat(found.score()).isEmpty();
    }

    @Test
    void nothingIsLeftBehind() {
        GenerationConfig config =
                GenerationConfig.builder().numBeams(3).maxNewTokens(10).build();
        int before = LiveArrays.count(gpt2.model().decoder());
        gpt2.generate(PROMPT, config);
        assertThat(LiveArrays.count(gpt2.model().decoder())).isEqualTo(before);
    }

    @Test
    void tokensAreNotHandedOutOneByOne() throws InterruptedException {
        GenerationConfig config = GenerationConfig.builder().numBeams(2).build();
        String expected = "1 where each token is handed out as it comes";
        assertInvalid(NUM_BEAMS, 2, expected, () -> gpt2.stream(PROMPT, config));
        assertInvalid(NUM_BEAMS, 2, expected, () -> gpt2.generate(PROMPT, config, token -> {}));
        List<Throwable> failures = new ArrayList<>();
        CountDownLatch failed = new CountDownLatch(1);
        gpt2.publisher(PROMPT, config).subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(1);
            }

            @Override
            public void onNext(Token token) {}

            @Override
            public void onError(Throwable failure) {
                failures.add(failure);
                failed.countDown();
            }

            @Override
            public void onComplete() {
                failed.countDown();
            }
        });
        failed.await();
        assertThat(failures).singleElement().satisfies(f -> assertInvalid(NUM_BEAMS, 2, expected, f));
    }

    @Test
    void helpersAreRejected() {
        GenerationConfig config = GenerationConfig.builder().numBeams(2).build();
        assertInvalid(
                NUM_BEAMS,
                2,
                "1 for a queue of prompts",
                () -> gpt2.generateAll(List.of(PROMPT).iterator(), config, 4));
        assertInvalid(NUM_BEAMS, 2, "1 with an assistant model", () -> gpt2.generate(PROMPT, config, gpt2));
    }

    private static int[] ints(JsonArray json) {
        return json.asList().stream().mapToInt(JsonElement::getAsInt).toArray();
    }
}
