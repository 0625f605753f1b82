package io.github.gpt2djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.gpt2djl.internal.generation.LoadedModel;
import io.github.gpt2djl.testing.EndsModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What generate takes from config.json and generation_config.json, against transformers: make_ends_references.py. */
class ModelDefaultsReferenceTest {
    /** What transformers computes and this library rejects, with the reason. */
    /** By the option and what is found there. */
    private static final Map<String, String> REJECTED = Map.ofEntries(
            Map.entry("guidance", "guidance_scale 1.5"),
            Map.entry("a penalty of the prompt", "encoder_repetition_penalty 2.0"),
            Map.entry("n-grams of the prompt", "encoder_no_repeat_ngram_size 1"),
            Map.entry("a decay", "exponential_decay_length_penalty [2,1.5]"),
            Map.entry("a watermark", "watermarking_config {"),
            Map.entry("normalized beams", "renormalize_logits true"),
            Map.entry("top_h", "top_h 0.4"),
            Map.entry("beams that are drawn", "num_beams 2"));

    /** What transformers rejects, too, or has moved out of its package. */
    private static final Map<String, String> FAILING = Map.of(
            "a length that the prompt fills", "max_length 2",
            "a temperature out of range", "temperature 0.0",
            "sequences without sampling", "num_return_sequences ");

    @TempDir
    Path folder;

    @TestFactory
    List<DynamicTest> asInTransformers() throws IOException {
        return EndsModel.rows("settings.json").stream()
                .map(row -> DynamicTest.dynamicTest(row.get("name").getAsString(), () -> compare(row)))
                .toList();
    }

    private void compare(JsonObject row) throws IOException {
        String name = row.get("name").getAsString();
        JsonElement generation = row.get("generation_config");
        try (Gpt2 gpt2 = EndsModel.load(
                folder.resolve(name.replace(' ', '-')),
                row.getAsJsonObject("config"),
                generation.isJsonNull() ? null : generation.toString())) {
            Prompt prompt = Prompt.ofIds(EndsModel.ints(row.get("prompt")));
            GenerationConfigBuilder asked =
                    GenerationConfig.builder().parse(row.get("options").toString());
            if (REJECTED.containsKey(name) || FAILING.containsKey(name)) {
                assertThat(row.has("error")).isEqualTo(FAILING.containsKey(name));
                InvalidOptionException invalid = catchThrowableOfType(
                        InvalidOptionException.class,
                        () -> gpt2.generateAll(List.of(prompt), gpt2.withDefaults(asked)));
                assertThat(invalid.option().key() + " " + invalid.found())
                        .startsWith(REJECTED.getOrDefault(name, FAILING.getOrDefault(name, "")));
                return;
            }
            GenerationConfig config = gpt2.withDefaults(asked);
            if (row.has("error")) {
                // transformers' own contrastive search is a download by now.
                assertThat(row.get("mode").getAsString()).isEqualTo("contrastive_search");
                assertThat(config.get(GenerationOption.PENALTY_ALPHA)).isEqualTo(0.6);
                assertThat(config.get(GenerationOption.TOP_K)).isEqualTo(4);
                return;
            }
            assertThat(config.get(GenerationOption.PENALTY_ALPHA)).isZero();
            row.getAsJsonObject("effective")
                    .asMap()
                    .forEach((key, value) ->
                            assertThat(told(gpt2, config, key)).as(key).isEqualTo(form(key, value)));
            assertThat(gpt2.withDefaults(config.toBuilder()))
                    .as("told in whole")
                    .isEqualTo(config);
            if (row.has("ids")) {
                Generation one = gpt2.generateAll(List.of(prompt), config).get(0);
                List<Integer> ids = LoadedModel.boxed(EndsModel.ints(row.get("ids")));
                assertThat(one.promptIds())
                        .isEqualTo(ids.subList(0, one.promptIds().size()));
                assertThat(one.ids()).isEqualTo(ids.subList(one.promptIds().size(), ids.size()));
            }
        }
    }

    /** An option's value as JSON; of ids that end a text, those in effect. */
    private static JsonElement told(Gpt2 gpt2, GenerationConfig config, String key) {
        GenerationOption<?> option = GenerationOption.find(key);
        if (option == GenerationOption.EOS_TOKEN_ID && !config.isSet(option)) {
            return form(
                    key,
                    option(
                            GenerationOption.EOS_TOKEN_ID,
                            gpt2.model().defaults().eosIds()));
        }
        return form(key, value(option, config));
    }

    private static <T> JsonElement value(GenerationOption<T> option, GenerationConfig config) {
        return option(option, config.get(option));
    }

    private static <T> JsonElement option(GenerationOption<T> option, T value) {
        return JsonParser.parseString(option.toJson(value));
    }

    /** One form for what may be an id or a list; numbers are doubles. Ids beyond the vocabulary never come. */
    private static JsonElement form(String key, JsonElement value) {
        if (Set.of("forced_bos_token_id", "forced_eos_token_id").contains(key) && value.isJsonPrimitive()) {
            JsonArray list = new JsonArray();
            list.add(value);
            return list;
        }
        if (value.isJsonArray() && key.equals("suppress_tokens")) {
            JsonArray list = new JsonArray();
            value.getAsJsonArray().forEach(id -> {
                if (id.getAsInt() < 261) {
                    list.add(id);
                }
            });
            return list;
        }
        return value;
    }
}
