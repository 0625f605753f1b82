package io.github.gpt2djl.internal.config;

import static io.github.gpt2djl.GenerationOption.PRESET;
import static io.github.gpt2djl.GenerationOption.TOP_K;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationConfigBuilder;
import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.NamedOption;
import io.github.gpt2djl.OptionNaming;
import io.github.gpt2djl.internal.files.WholeFile;
import io.github.gpt2djl.internal.json.JsonText;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Reads and writes generation_config.json, as transformers' {@code GenerationConfig} does. */
public final class GenerationConfigJson {
    /** Keys of transformers that do not affect the generated text, and are ignored: for running, output and padding. */
    private static final Set<String> OTHERS_CONCERN = Set.of(
            "_from_model_config",
            "transformers_version",
            "bos_token_id",
            "pad_token_id",
            "decoder_start_token_id",
            "use_cache",
            "return_dict_in_generate",
            "output_attentions",
            "output_hidden_states",
            "output_scores",
            "output_logits");

    /** transformers' defaults of the options that need sampling or beams, and of the options that turn these on. */
    private static final JsonObject USUAL = JsonText.object("{\"do_sample\": false, \"num_beams\": 1,"
            + " \"penalty_alpha\": 0.0, \"temperature\": 1.0, \"top_k\": 50, \"top_p\": 1.0,"
            + " \"typical_p\": 1.0, \"epsilon_cutoff\": 0.0, \"eta_cutoff\": 0.0,"
            + " \"length_penalty\": 1.0, \"early_stopping\": false}");

    private GenerationConfigJson() {}

    public static GenerationConfig load(Path file) throws IOException {
        try {
            return GenerationConfig.parse(Files.readString(file));
        } catch (CharacterCodingException e) {
            throw new IOException(file + ": not UTF-8, expected a generation_config.json", e);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + InvalidOptionException.message(e, OptionNaming.KEYS), e);
        }
    }

    public static void read(GenerationConfigBuilder builder, String text) {
        JsonObject json;
        try {
            json = JsonText.object(text);
        } catch (JsonParseException e) {
            throw new IllegalArgumentException("found no JSON object, expected a generation_config.json", e);
        }
        for (Map.Entry<String, JsonElement> entry : json.entrySet()) {
            if (!entry.getValue().isJsonNull()
                    && !OTHERS_CONCERN.contains(entry.getKey())
                    && !idle(json, entry.getKey())) {
                read(builder, entry.getKey(), entry.getValue());
            }
        }
    }

    /** Writes the options in the table's order, so that equal configs give equal text. */
    public static JsonObject json(Map<GenerationOption<?>, Object> values) {
        JsonObject json = new JsonObject();
        for (GenerationOption<?> option : GenerationOption.all()) {
            if (values.containsKey(option)) {
                json.add(option.key(), written(option, values));
            }
        }
        return json;
    }

    // The builder puts only values of the option's type.
    @SuppressWarnings("unchecked")
    private static <T> JsonElement written(GenerationOption<T> option, Map<GenerationOption<?>, Object> values) {
        return JsonText.parse(option.toJson((T) Objects.requireNonNull(values.get(option))));
    }

    private static void read(GenerationConfigBuilder builder, String key, JsonElement json) {
        GenerationOption<?> option = GenerationOption.find(key);
        if (option == null) {
            NamedOption unknown = NamedOption.of(key, key);
            throw InvalidOptionException.of(unknown, json, "the option ", unknown, " is not supported")
                    .withAdvice("leave it out");
        }
        readValue(builder, option, json);
    }

    private static <T> void readValue(GenerationConfigBuilder builder, GenerationOption<T> option, JsonElement json) {
        builder.set(option, option.parseJson(json.toString()));
    }

    /** Whether a value is in the file only because transformers may write its defaults too. */
    private static boolean idle(JsonObject json, String key) {
        GenerationOption<?> option = GenerationOption.find(key);
        if (option == null) {
            return false;
        }
        boolean met = switch (option.appliesTo()) {
            case ALL -> true;
            case SAMPLING ->
                isSet(json, "do_sample") || openAi(json) || (option == TOP_K && isSet(json, "penalty_alpha"));
            case BEAMS -> isSet(json, "num_beams");
        };
        return !met && json.get(key).equals(USUAL.get(key));
    }

    /** Whether the preset is openai, which has other defaults and samples. */
    private static boolean openAi(JsonObject json) {
        return new JsonPrimitive("openai").equals(json.get(PRESET.key()));
    }

    /** Whether transformers regards an option as set. */
    private static boolean isSet(JsonObject json, String key) {
        return json.has(key) && !json.get(key).isJsonNull() && !json.get(key).equals(USUAL.get(key));
    }

    public static void save(JsonObject json, Path file) throws IOException {
        WholeFile.write(file, JsonText.pretty(json));
    }
}
