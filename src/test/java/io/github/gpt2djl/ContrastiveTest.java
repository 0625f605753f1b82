package io.github.gpt2djl;

import static io.github.gpt2djl.GenerationOption.PENALTY_ALPHA;
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
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Contrastive search against transformers 4.46: src/test/python/make_decoding_references.py made the expectations. */
class ContrastiveTest {
    private static final Path FOLDER = Path.of("src/test/resources/reference");
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
    List<DynamicTest> textsAreThoseOfTransformers() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonElement element : JsonParser.parseString(Files.readString(FOLDER.resolve("contrastive.json")))
                .getAsJsonArray()) {
            JsonObject row = element.getAsJsonObject();
            String name = row.get("model").getAsString() + row.get("options") + " after " + row.get("prompt");
            tests.add(DynamicTest.dynamicTest(name, () -> {
                try (Gpt2 model = Gpt2.load(FOLDER.resolve(row.get("model").getAsString()))) {
                    GenerationConfig config = GenerationConfig.parse(
                            row.getAsJsonObject("options").toString());
                    Generation found = model.generate(Prompt.ofIds(ints(row.getAsJsonArray("prompt"))), config);
                    List<Integer> expected = LoadedModel.boxed(ints(row.getAsJsonArray("ids")));
                    assertThat(found.ids()).containsExactlyElementsOf(expected);
                    assertThat(found.finishReason())
                            .isEqualTo(expected.size() < 40 ? FinishReason.EOS : FinishReason.LENGTH);
                }
            }));
        }
        return tests;
    }

    @Test
    void tokensComeOneByOneWithTheModelsOwnProbabilities() {
        GenerationConfig config = config().repetitionPenalty(1.2).topLogprobs(2).build();
        Generation whole = gpt2.generate(PROMPT, config);
        try (Stream<Token> tokens = gpt2.stream(PROMPT, config)) {
            assertThat(tokens.toList()).isEqualTo(whole.tokens());
        }
        List<Integer> ids = new ArrayList<>(whole.promptIds());
        ids.addAll(whole.ids());
        List<Double> expected = gpt2.score(
                        Prompt.ofIds(ids.stream().mapToInt(i -> i).toArray()))
                .logProbabilities()
                .subList(4, 24);
        for (int i = 0; i < 20; i++) {
            assertThat(whole.tokens().get(i).logProbability()).isCloseTo(expected.get(i), within(1e-4));
            assertThat(whole.tokens().get(i).top()).hasSize(2);
        }
    }

    @Test
    void promptsAreSearchedInTurn() {
        List<Generation> all = gpt2.generateAll(List.of(PROMPT, Prompt.ofIds(42)), config().build());
        assertThat(all)
                .containsExactly(
                        gpt2.generate(PROMPT, config().build()), gpt2.generate(Prompt.ofIds(42), config().build()));
    }

    @Test
    void bannedTokensAreNoCandidates() {
        GenerationConfig config = config().suppressTokens(
                        IntStream.range(0, 101).filter(id -> id != 5 && id != 6).toArray())
                .build();
        assertThat(gpt2.generate(PROMPT, config).ids()).hasSize(20).containsOnly(5, 6);
        GenerationConfig nothing = config().logitsProcessor(
                        (scores, text) -> Arrays.fill(scores, Float.NEGATIVE_INFINITY))
                .build();
        assertThatThrownBy(() -> gpt2.generate(PROMPT, nothing))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("no token is left: the rules have banned all 101");
    }

    @Test
    void theContextEndsASearch() {
        int positions = gpt2.config().positions();
        Generation found = gpt2.generate(Prompt.ofIds(new int[positions - 3]), config().build());
        assertThat(found.ids()).hasSize(3);
        assertThat(found.finishReason()).isEqualTo(FinishReason.CONTEXT);
        InvalidOptionException invalid = assertInvalid(
                LoadedModel.PROMPT,
                positions,
                "at most " + (positions - 1),
                () -> gpt2.generate(Prompt.ofIds(new int[positions]), config().build()));
        assertThat(invalid.related()).containsExactly(PENALTY_ALPHA);
    }

    @Test
    void nothingIsLeftBehind() {
        int before = LiveArrays.count(gpt2.model().decoder());
        gpt2.generate(PROMPT, config().build());
        try (Stream<Token> tokens = gpt2.stream(PROMPT, config().build())) {
            assertThat(tokens.limit(3)).hasSize(3);
        }
        assertThat(LiveArrays.count(gpt2.model().decoder())).isEqualTo(before);
    }

    @Test
    void helpersAreRejected() {
        assertInvalid(
                PENALTY_ALPHA,
                0.6,
                "0.0 for a queue of prompts",
                () -> gpt2.generateAll(List.of(PROMPT).iterator(), config().build(), 4));
        assertInvalid(
                PENALTY_ALPHA, 0.6, "0.0 with an assistant model", () -> gpt2.generate(PROMPT, config().build(), gpt2));
    }

    private static GenerationConfigBuilder config() {
        return GenerationConfig.builder().penaltyAlpha(0.6).topK(4).maxNewTokens(20);
    }

    private static int[] ints(JsonArray json) {
        return json.asList().stream().mapToInt(JsonElement::getAsInt).toArray();
    }
}
