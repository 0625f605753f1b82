package io.github.gpt2djl.internal.config;

import static io.github.gpt2djl.GenerationOption.*;
import static io.github.gpt2djl.testing.InvalidOptions.assertInvalid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.github.gpt2djl.ContinuousBatch;
import io.github.gpt2djl.FinishReason;
import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationRequest;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.NamedOption;
import io.github.gpt2djl.Preset;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.Token;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import io.github.gpt2djl.testing.EndsModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a model's own defaults count, and where not; ModelDefaultsReferenceTest compares them with transformers. */
class ModelDefaultsTest {
    private static final GenerationConfig ASKED = GenerationConfig.builder().build();
    private static final Prompt T = Prompt.ofIds(84);
    private static final String ENDS_AT_CAT = "{\"eos_token_id\": [10, 116], \"max_new_tokens\": 30}";

    @TempDir
    Path folder;

    @Test
    void eachWayToGenerateTakesThem() throws IOException {
        try (Gpt2 gpt2 = EndsModel.load(folder.resolve("m"), ENDS_AT_CAT);
                ContinuousBatch batch = new ContinuousBatch(gpt2, 2, 2)) {
            String cat = "he cat";
            GenerationRequest request = new GenerationRequest(T, ASKED);
            assertThat(gpt2.generate(T, ASKED).text()).isEqualTo(cat);
            assertThat(gpt2.generate(T, ASKED, token -> {}).text()).isEqualTo(cat);
            assertThat(gpt2.generate(T, ASKED, gpt2).text()).isEqualTo(cat);
            assertThat(gpt2.generateAll(List.of(T, T), ASKED))
                    .extracting(Generation::text)
                    .containsExactly(cat, cat);
            assertThat(gpt2.generateAll(List.of(request, request)))
                    .extracting(Generation::text)
                    .containsExactly(cat, cat);
            try (Stream<Generation> all = gpt2.generateAll(List.of(T, T).iterator(), ASKED, 2)) {
                assertThat(all).extracting(Generation::text).containsExactly(cat, cat);
            }
            try (Stream<Generation> all =
                    gpt2.generateAll(List.of(request, request).iterator(), 2)) {
                assertThat(all).extracting(Generation::text).containsExactly(cat, cat);
            }
            try (Stream<Token> tokens = gpt2.stream(T, ASKED)) {
                assertThat(tokens.map(Token::text).reduce("", String::concat)).isEqualTo(cat);
            }
            try (Stream<Token> tokens = gpt2.stream(T, ASKED, gpt2)) {
                assertThat(tokens.map(Token::text).reduce("", String::concat)).isEqualTo(cat);
            }
            assertThat(published(gpt2.publisher(T, ASKED))).isEqualTo(cat);
            assertThat(batch.submit(request, (token, sequence) -> {}).join())
                    .extracting(Generation::text)
                    .containsExactly(cat);
        }
    }

    @Test
    void theyAreTold() throws IOException {
        try (Gpt2 gpt2 = EndsModel.load(folder.resolve("m"), ENDS_AT_CAT)) {
            assertThat(gpt2.withDefaults(GenerationConfig.builder()))
                    .hasToString("{\"max_new_tokens\":30,\"eos_token_id\":[10,116]}");
            assertThat(gpt2.generationDefaults())
                    .containsOnlyKeys(MAX_NEW_TOKENS, EOS_TOKEN_ID)
                    .containsEntry(EOS_TOKEN_ID, List.of(10, 116));
        }
        try (Gpt2 gpt2 = EndsModel.load(folder.resolve("none"), null)) {
            assertThat(gpt2.withDefaults(GenerationConfig.builder())).hasToString("{}");
            assertThat(gpt2.generationDefaults()).isEmpty();
        }
    }

    /** The text still ends where the model's texts do. */
    @Test
    void theyCanBeSwitchedOff() throws IOException {
        String own = "{\"eos_token_id\": 258, \"bos_token_id\": 259, \"suppress_tokens\": [104], \"max_length\": 4}";
        try (Gpt2 gpt2 = EndsModel.load(folder.resolve("m"), own)) {
            GenerationConfig off = GenerationConfig.builder()
                    .useModelDefaults(false)
                    .maxNewTokens(50)
                    .build();
            assertThat(gpt2.withDefaults(off.toBuilder())).isEqualTo(off);
            Generation generation = gpt2.generate(Prompt.ofIds(), off);
            assertThat(generation.promptIds()).containsExactly(259);
            assertThat(generation.text()).startsWith("he cat").endsWith("\n\nno");
            assertThat(generation.finishReason()).isEqualTo(FinishReason.EOS);
            assertThat(gpt2.generate(T, ASKED).ids()).hasSize(3).doesNotContain(104);
        }
    }

    @Test
    void thePresetOfOpenAiHasNone() throws IOException {
        try (Gpt2 gpt2 = EndsModel.load(folder.resolve("m"), ENDS_AT_CAT)) {
            GenerationConfig config = GenerationConfig.builder()
                    .preset(Preset.OPENAI)
                    .topK(1)
                    .seed(1)
                    .build();
            assertThat(gpt2.withDefaults(config.toBuilder())).isEqualTo(config);
            assertThat(gpt2.generate(T, config).ids()).hasSize(32);
        }
    }

    /** In transformers the model's new tokens go before the user's length, with a warning. */
    @Test
    void aLengthOfTheUsersGoesBeforeBothOfTheModels() throws IOException {
        try (Gpt2 gpt2 = EndsModel.load(folder.resolve("m"), "{\"max_new_tokens\": 5, \"min_new_tokens\": 5}")) {
            GenerationConfig longer = GenerationConfig.builder().maxLength(9).build();
            assertThat(gpt2.generate(T, longer).ids()).hasSize(8);
            assertThat(gpt2.withDefaults(GenerationConfig.builder().maxLength(9).minLength(2)))
                    .hasToString("{\"max_length\":9,\"min_length\":2}");
        }
    }

    @Test
    void whatIsOfTheModelIsSaidWhereOptionsDoNotGoTogether() throws IOException {
        try (Gpt2 gpt2 = EndsModel.load(folder.resolve("m"), "{\"max_length\": 20, \"num_beams\": 3}")) {
            InvalidOptionException invalid = assertInvalid(
                    MIN_LENGTH,
                    30,
                    "no more than that",
                    () -> gpt2.withDefaults(GenerationConfig.builder().minLength(30)));
            assertThat(invalid.related()).containsExactly(MAX_LENGTH, USE_MODEL_DEFAULTS);
            assertThat(invalid.advice())
                    .contains("generation_config.json came {\"max_length\":20,\"num_beams\":3}, which ");
            assertInvalid(NUM_BEAMS, 3, "1 where each token", () -> gpt2.stream(T, ASKED));
            assertInvalid(
                    NUM_BEAMS,
                    3,
                    "1 for a queue",
                    () -> gpt2.generateAll(List.of(T).iterator(), ASKED, 2));
        }
        try (Gpt2 gpt2 = EndsModel.load(folder.resolve("n"), "{\"do_sample\": true, \"num_return_sequences\": 2}")) {
            assertInvalid(NUM_RETURN_SEQUENCES, 2, "1 here", () -> gpt2.generate(T, ASKED));
            assertThat(gpt2.generateAll(List.of(T), ASKED)).hasSize(2);
        }
    }

    @Test
    void whatIsNotComputedIsNoObstacleToOtherWork() throws IOException {
        try (Gpt2 gpt2 = EndsModel.load(folder.resolve("m"), "{\"guidance_scale\": 1.5}")) {
            assertThat(assertInvalid(
                                    NamedOption.of("guidance_scale"),
                                    new JsonPrimitive(1.5),
                                    "",
                                    () -> gpt2.check(new GenerationRequest(T, ASKED)))
                            .related())
                    .containsExactly(USE_MODEL_DEFAULTS);
            assertThat(gpt2.score(Prompt.ofIds(84, 104)).ids()).hasSize(2);
            GenerationConfig off =
                    GenerationConfig.builder().useModelDefaults(false).build();
            assertThat(gpt2.generate(T, off).ids()).hasSize(20);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[] | not a JSON object",
                "{broken | not a JSON object",
                "{\"temperature\": \"0.5\"} | temperature is \"0.5\", expected a number above 0",
                "{\"temperature\": {}} | temperature is {}, expected a number",
                "{\"do_sample\": 1} | do_sample is 1, expected true or false",
                "{\"max_length\": 9.5} | max_length is 9.5, expected a whole number",
                "{\"max_length\": 1e99} | max_length is 1e99, expected a whole number",
                "{\"max_length\": [1]} | max_length is [1], expected a whole number",
                "{\"eos_token_id\": \"5\"} | eos_token_id is \"5\", expected ids",
                "{\"temperature\": [0.5]} | temperature is [0.5], expected a number",
                "{\"eos_token_id\": [{}]} | eos_token_id is [{}], expected ids",
                "{\"bad_words_ids\": [5]} | bad_words_ids is [5], expected ids",
                "{\"stop_strings\": {}} | stop_strings is {}, expected strings",
                "{\"sequence_bias\": 5} | sequence_bias is 5, expected biases"
            })
    void malformedFilesAreRejected(String json, String message) {
        assertThatThrownBy(() -> EndsModel.load(folder.resolve("m"), json))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining("generation_config.json: " + message);
    }

    /** Converted, the model ends its texts where it did. */
    @Test
    void aConvertedModelHasTheSame() throws IOException {
        Path listed = EndsModel.write(
                folder.resolve("listed"),
                JsonParser.parseString("{\"eos_token_id\": [10, 116]}").getAsJsonObject(),
                null);
        Path told = EndsModel.write(
                folder.resolve("told"), JsonParser.parseString("{}").getAsJsonObject(), ENDS_AT_CAT);
        for (Path source : List.of(listed, told)) {
            Path copy = folder.resolve("copy of " + source.getFileName());
            try (Checkpoint checkpoint = Checkpoint.open(source)) {
                checkpoint.save(copy, DType.F32);
            }
            try (Gpt2 gpt2 = Gpt2.load(copy)) {
                assertThat(gpt2.generate(T, ASKED).text()).isEqualTo("he cat");
            }
        }
    }

    private static String published(Flow.Publisher<Token> publisher) {
        CompletableFuture<String> text = new CompletableFuture<>();
        StringBuilder all = new StringBuilder();
        publisher.subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(Token token) {
                all.append(token.text());
            }

            @Override
            public void onError(Throwable e) {
                text.completeExceptionally(e);
            }

            @Override
            public void onComplete() {
                text.complete(all.toString());
            }
        });
        return text.join();
    }
}
