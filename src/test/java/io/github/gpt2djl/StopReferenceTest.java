package io.github.gpt2djl;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.gpt2djl.internal.generation.LoadedModel;
import io.github.gpt2djl.testing.EndsModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Stop strings in the text with its special tokens, against transformers' StopStringCriteria: make_ends_references.py. */
class StopReferenceTest {
    @TempDir
    static Path folder;

    private static Gpt2 gpt2;

    @BeforeAll
    static void load() throws IOException {
        gpt2 = EndsModel.load(folder.resolve("ends"), "{}");
    }

    @AfterAll
    static void close() {
        gpt2.close();
    }

    @TestFactory
    List<DynamicTest> asInTransformers() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonObject row : EndsModel.rows("stops.json")) {
            tests.add(DynamicTest.dynamicTest(
                    row.get("stop_strings") + " after " + row.get("prompt") + " without " + row.get("suppress_tokens"),
                    () -> compare(row)));
        }
        return tests;
    }

    private static void compare(JsonObject row) {
        Prompt prompt = Prompt.ofIds(EndsModel.ints(row.get("prompt")));
        GenerationConfig config = config(row);
        Generation whole = gpt2.generate(prompt, config);
        assertThat(whole.ids()).isEqualTo(LoadedModel.boxed(EndsModel.ints(row.get("ids"))));
        assertThat(whole.text()).isEqualTo(row.get("text").getAsString());
        assertThat(whole.finishReason())
                .isEqualTo(row.get("stopped").getAsBoolean() ? FinishReason.STOP : FinishReason.LENGTH);
        StringBuilder streamed = new StringBuilder();
        try (Stream<Token> tokens = gpt2.stream(prompt, config)) {
            tokens.forEach(token -> {
                streamed.append(token.text());
                assertThat(whole.text()).startsWith(streamed);
            });
        }
        assertThat(streamed).hasToString(whole.text());
        Generation guessed = gpt2.generate(
                prompt, config.toBuilder().promptLookupNumTokens(4).build());
        assertThat(guessed.ids()).isEqualTo(whole.ids());
        assertThat(guessed.text()).isEqualTo(whole.text());
        try (ContinuousBatch batch = new ContinuousBatch(gpt2, 2, 4)) {
            Generation shared = batch.submit(new GenerationRequest(prompt, config), (token, sequence) -> {})
                    .join()
                    .get(0);
            assertThat(shared.ids()).isEqualTo(whole.ids());
            assertThat(shared.text()).isEqualTo(whole.text());
        }
    }

    private static GenerationConfig config(JsonObject row) {
        return GenerationConfig.builder()
                .maxNewTokens(row.get("new").getAsInt())
                .suppressTokens(EndsModel.ints(row.get("suppress_tokens")))
                .stopStrings(row.getAsJsonArray("stop_strings").asList().stream()
                        .map(JsonElement::getAsString)
                        .toArray(String[]::new))
                .build();
    }

    /** The preset shows special tokens; what it draws is the only token that top-k leaves. */
    @Test
    void whereSpecialTokensAreShownTheTextBeforeTheStopStringHasThem() {
        var likeliest =
                GenerationConfig.builder().preset(Preset.OPENAI).topK(1).seed(1).maxNewTokens(60);
        Prompt prompt = Prompt.ofIds(84);
        assertThat(gpt2.generate(prompt, likeliest.stopStrings("\nHi").build()).text())
                .isEqualTo("he cat<|user|>");
        assertThat(gpt2.generate(prompt, likeliest.stopStrings("|>\nHi").build())
                        .text())
                .isEqualTo("he cat<|user");
        assertThat(gpt2.generate(prompt, likeliest.stopStrings("<|user|>").build())
                        .text())
                .isEqualTo("he cat");
    }

    /** Held back in case that the stop string goes on, and given back when the thread is interrupted. */
    @Test
    void aCancelledTextHasWhatWasHeldBack() {
        GenerationConfig config = GenerationConfig.builder()
                .maxNewTokens(60)
                .stopStrings("cat<|user|>\nHi é!")
                .build();
        StringBuilder streamed = new StringBuilder();
        int[] tokens = {0};
        Generation cancelled = gpt2.generate(Prompt.ofIds(84), config, token -> {
            streamed.append(token.text());
            if (++tokens[0] == 12) {
                Thread.currentThread().interrupt();
            }
        });
        assertThat(Thread.interrupted()).isTrue();
        assertThat(cancelled.finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(streamed).hasToString("he ");
        // Its last byte is the first of é.
        assertThat(cancelled.text()).isEqualTo("he cat\nHi �");
    }

    @Test
    void eosAndAStopStringAtOnce() {
        GenerationConfig config = GenerationConfig.builder()
                .maxNewTokens(60)
                .eosTokenId(259)
                .stopStrings("cat<|user|>")
                .build();
        Generation generation = gpt2.generate(Prompt.ofIds(84), config);
        assertThat(generation.text()).isEqualTo("he ");
        assertThat(generation.finishReason()).isEqualTo(FinishReason.STOP);
        Generation ended = gpt2.generate(
                Prompt.ofIds(84),
                config.toBuilder().stopStrings("cat<|user|>\n").build());
        assertThat(ended.text()).isEqualTo("he cat");
        assertThat(ended.finishReason()).isEqualTo(FinishReason.EOS);
    }
}
