package io.github.gpt2djl.djl;

import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.ndarray.BytesSupplier;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationRequest;
import io.github.gpt2djl.GenerationResult;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.OptionNaming;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.internal.json.JsonText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Answers HTTP requests of DJL Serving: a prompt in plain text, or JSON with inputs and parameters. */
final class ServingRequests {
    private static final String JSON = "application/json";
    private static final Set<String> LENGTHS = Set.of("max_length", "max_new_tokens");

    private final Gpt2 gpt2;
    private final GenerationConfig config;
    private final String asked;

    /**
     * Creates the handler of a model's requests.
     *
     * @param config the config of a request without parameters: the arguments, and the model's own defaults
     * @param asked the arguments alone, as JSON
     */
    ServingRequests(Gpt2 gpt2, GenerationConfig config, String asked) {
        this.gpt2 = gpt2;
        this.config = config;
        this.asked = asked;
    }

    /** Answers all requests in one batch. A request that is invalid or fails does not affect those of other users. */
    List<Output> answers(List<Input> inputs) {
        List<Output> answers = new ArrayList<>(Collections.nCopies(inputs.size(), null));
        List<Integer> asked = new ArrayList<>();
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            try {
                requests.add(request(inputs.get(i)));
                asked.add(i);
            } catch (IllegalArgumentException e) {
                answers.set(i, failure(e));
            }
        }
        List<GenerationResult> results = gpt2.generateEach(requests);
        for (int k = 0; k < asked.size(); k++) {
            answers.set(asked.get(k), answer(inputs.get(asked.get(k)), results.get(k)));
        }
        return answers;
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
            JsonObject json = JsonText.object(text);
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

    /** Overrides the arguments. A request's max_length or max_new_tokens replaces whichever of the two they set. */
    private GenerationConfig over(JsonObject parameters) {
        JsonObject merged = JsonText.object(asked);
        if (LENGTHS.stream().anyMatch(parameters::has)) {
            LENGTHS.forEach(merged::remove);
        }
        parameters.asMap().forEach(merged::add);
        return Arguments.one(gpt2.withDefaults(GenerationConfig.builder().parse(merged.toString())));
    }

    private static Output answer(Input input, GenerationResult result) {
        if (result.failure() != null) {
            return failure(result.failure());
        }
        String text = result.generations().get(0).text();
        return isJson(input) ? json(new Output(), "generated_text", text) : plain(text);
    }

    private static Output failure(Throwable e) {
        // The message cannot be the HTTP reason phrase, which must be one line.
        Output output = e instanceof IllegalArgumentException
                ? new Output(400, "Bad Request")
                : new Output(500, "Internal Server Error");
        return json(output, "error", InvalidOptionException.message(e, OptionNaming.KEYS));
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
