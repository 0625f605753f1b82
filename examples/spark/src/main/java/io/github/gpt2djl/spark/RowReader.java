package io.github.gpt2djl.spark;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.GenerationRequest;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.OptionNaming;
import io.github.gpt2djl.Prompt;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import org.apache.spark.sql.Row;

/** Rows of id, JSON and seed as requests of a model. */
final class RowReader {
    /** Of several texts, or not for a queue. */
    static final List<GenerationOption<?>> NOT_HERE = List.of(
            GenerationOption.NUM_RETURN_SEQUENCES,
            GenerationOption.NUM_BEAMS,
            GenerationOption.LENGTH_PENALTY,
            GenerationOption.EARLY_STOPPING,
            GenerationOption.PENALTY_ALPHA,
            GenerationOption.PROMPT_LOOKUP_NUM_TOKENS,
            GenerationOption.TOP_LOGPROBS,
            GenerationOption.TRACE);

    private static final List<String> LENGTHS =
            List.of(GenerationOption.MAX_NEW_TOKENS.key(), GenerationOption.MAX_LENGTH.key());

    private final Gpt2 gpt2;
    private final JsonObject defaults;

    /**
     * Reads for one model.
     *
     * @param defaults a generation_config.json, for what a row does not say
     */
    RowReader(Gpt2 gpt2, String defaults) {
        this.gpt2 = gpt2;
        this.defaults = JsonParser.parseString(defaults).getAsJsonObject();
    }

    /** A row that cannot be used says why. */
    Asked read(Row row) {
        try {
            GenerationRequest request = request(row.get(0), row.getString(1), row.getLong(2));
            gpt2.check(request);
            return new Asked(row.get(0), request, null);
        } catch (IllegalArgumentException e) {
            return new Asked(row.get(0), null, InvalidOptionException.message(e, OptionNaming.KEYS));
        }
    }

    private GenerationRequest request(Object id, String json, long seed) {
        JsonObject fields = object(json);
        fields.remove("id");
        JsonElement prompt = fields.remove("prompt");
        if (id == null || !isText(prompt)) {
            throw new IllegalArgumentException(
                    "found no " + (id == null ? "id" : "prompt") + ", expected both id and prompt");
        }
        return new GenerationRequest(Prompt.of(prompt.getAsString()), config(fields, seed));
    }

    private static boolean isText(JsonElement json) {
        return json instanceof JsonPrimitive primitive && primitive.isString();
    }

    private static JsonObject object(String json) {
        if (json == null) {
            throw new IllegalArgumentException("found a line that is not UTF-8");
        }
        try (JsonReader reader = new JsonReader(new StringReader(json))) {
            // JsonParser.parseString also takes what is no JSON, like single quotes and comments.
            reader.setStrictness(Strictness.STRICT);
            JsonObject fields = JsonParser.parseReader(reader).getAsJsonObject();
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new JsonParseException("more than one value");
            }
            return fields;
        } catch (IOException | JsonParseException | IllegalStateException e) {
            String start = json.substring(0, Math.min(json.length(), 60));
            throw new IllegalArgumentException("found " + start + ", expected a JSON object with id and prompt", e);
        }
    }

    /** The row's options over the job's, and the row's seed if it has none of its own. */
    private GenerationConfig config(JsonObject options, long seed) {
        JsonObject all = defaults.deepCopy();
        if (LENGTHS.stream().anyMatch(options::has)) {
            LENGTHS.forEach(all::remove);
        }
        options.entrySet().forEach(option -> all.add(option.getKey(), option.getValue()));
        GenerationConfig config = GenerationConfig.parse(all.toString());
        for (GenerationOption<?> option : NOT_HERE) {
            if (config.isSet(option)) {
                throw InvalidOptionException.value(
                                option, config.get(option), "a row of one text without search or guesses")
                        .withAdvice("leave it out");
            }
        }
        boolean seedless = config.get(GenerationOption.DO_SAMPLE) && !config.isSet(GenerationOption.SEED);
        return seedless ? config.toBuilder().seed(seed).build() : config;
    }
}
