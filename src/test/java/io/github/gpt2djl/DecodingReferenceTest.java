package io.github.gpt2djl;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.gpt2djl.internal.generation.LoadedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Texts under each option against transformers: make_decoding_references.py made the expectations. */
class DecodingReferenceTest {
    private static final Path FOLDER = Path.of("src/test/resources/reference");

    @TestFactory
    List<DynamicTest> greedyTextsAreThoseOfTransformers() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonElement element : texts()) {
            JsonObject row = element.getAsJsonObject();
            tests.add(DynamicTest.dynamicTest(row.get("options") + " after " + row.get("prompt"), () -> {
                try (Gpt2 gpt2 = Gpt2.load(FOLDER.resolve("prefixed-f32"))) {
                    Prompt prompt = Prompt.ofIds(ints(row.getAsJsonArray("prompt")));
                    GenerationConfig config = GenerationConfig.parse(
                            row.getAsJsonObject("options").toString());
                    assertThat(gpt2.generate(prompt, config).ids())
                            .containsExactlyElementsOf(LoadedModel.boxed(ints(row.getAsJsonArray("ids"))));
                    assertThat(gpt2.generate(
                                            prompt,
                                            config.toBuilder()
                                                    .promptLookupNumTokens(5)
                                                    .build())
                                    .ids())
                            .as("with guesses")
                            .containsExactlyElementsOf(LoadedModel.boxed(ints(row.getAsJsonArray("ids"))));
                }
            }));
        }
        return tests;
    }

    private static JsonArray texts() throws IOException {
        return JsonParser.parseString(Files.readString(FOLDER.resolve("decoding.json")))
                .getAsJsonObject()
                .getAsJsonArray("texts");
    }

    private static int[] ints(JsonArray json) {
        return json.asList().stream().mapToInt(JsonElement::getAsInt).toArray();
    }
}
