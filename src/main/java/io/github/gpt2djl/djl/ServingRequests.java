package io.github.gpt2djl.djl;

import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.ndarray.BytesSupplier;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationRequest;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** HTTP requests as DJL Serving hands them over: a prompt in plain text, or JSON with inputs and parameters. */
final class ServingRequests {
    private static final String JSON = "application/json";
    private static final Set<String> LENGTHS = Set.of("max_length", "max_new_tokens");

    private final Gpt2 gpt2;
    private final GenerationConfig config;
    private final String asked;

    /**
     * Answers with a model.
     *
     * @param config of a request without parameters: the arguments over the model's own defaults
     * @param asked the arguments alone, as JSON
     */
    ServingRequests(Gpt2 gpt2, GenerationConfig config, String asked) {
        this.gpt2 = gpt2;
        this.config = config;
        this.asked = asked;
    }

    /** All in one batch; if one of them cannot be used, each for itself: they may come from different users. */
    List<Output> answers(List<Input> inputs) {
        try {
            List<Generation> generations =
                    gpt2.generateAll(inputs.stream().map(this::request).toList());
            List<Output> answers = new ArrayList<>();
            for (int i = 0; i < inputs.size(); i++) {
                answers.add(answer(inputs.get(i), generations.get(i).text()));
            }
            return answers;
        } catch (IllegalArgumentException e) {
            return inputs.size() == 1
                    ? List.of(failure(e))
                    : inputs.stream()
                            .flatMap(input -> answers(List.of(input)).stream())
                            .toList();
        }
    }

    private GenerationRequest request(Input input) {
        BytesSupplier data = input.getData();
        if (data == null) {
            throw new IllegalArgumentException("the request has no content, expected a prompt");
        }
        return isJson(input)
                ? request(data.getAsString())
                : new GenerationRequest(Prompt.of(data.getAsString()), config);
    }

    private GenerationRequest request(String text) {
        try {
            JsonObject json = JsonParser.parseString(text).getAsJsonObject();
            JsonElement prompt = json.remove("inputs");
            JsonElement parameters = json.remove("parameters");
            if (prompt == null || !prompt.isJsonPrimitive() || !json.isEmpty()) {
                throw new IllegalArgumentException("found " + (prompt == null ? "no inputs" : "the inputs " + prompt)
                        + " and the keys " + json.keySet() + ", expected a text as inputs and perhaps parameters");
            }
            return new GenerationRequest(
                    Prompt.of(prompt.getAsString()), parameters == null ? config : over(parameters.getAsJsonObject()));
        } catch (JsonParseException | IllegalStateException e) {
            throw new IllegalArgumentException(
                    "found no such JSON, expected {\"inputs\": \"ROMEO:\", \"parameters\": {\"max_new_tokens\": 30}}",
                    e);
        }
    }

    /** A length goes before either kind of length. */
    private GenerationConfig over(JsonObject parameters) {
        JsonObject merged = JsonParser.parseString(asked).getAsJsonObject();
        if (LENGTHS.stream().anyMatch(parameters::has)) {
            LENGTHS.forEach(merged::remove);
        }
        parameters.asMap().forEach(merged::add);
        return Arguments.one(gpt2.withDefaults(GenerationConfig.builder().parse(merged.toString())));
    }

    private static Output answer(Input input, String text) {
        return isJson(input) ? json(new Output(), "generated_text", text) : plain(text);
    }

    private static Output failure(IllegalArgumentException e) {
        // The message is no HTTP reason, which must be one line.
        return json(new Output(400, "Bad Request"), "error", String.valueOf(e.getMessage()));
    }

    private static Output plain(String text) {
        Output output = new Output();
        output.addProperty("Content-Type", "text/plain; charset=utf-8");
        output.add(text);
        return output;
    }

    private static Output json(Output output, String key, String value) {
        JsonObject json = new JsonObject();
        json.addProperty(key, value);
        output.addProperty("Content-Type", JSON);
        output.add(json.toString());
        return output;
    }

    private static boolean isJson(Input input) {
        return input.getProperty("Content-Type", "").toLowerCase(Locale.ROOT).startsWith(JSON);
    }
}
