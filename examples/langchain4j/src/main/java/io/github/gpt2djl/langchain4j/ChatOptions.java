package io.github.gpt2djl.langchain4j;

import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationConfigBuilder;
import io.github.gpt2djl.GenerationOption;
import java.util.List;
import java.util.stream.Stream;

/** Turns the parameters of a chat request into options. */
final class ChatOptions {
    private ChatOptions() {}

    /**
     * Sets the given parameters in a config. Temperature 0 is greedy decoding; another temperature, {@code topP} and
     * {@code topK} sample.
     *
     * @throws UnsupportedFeatureException if a parameter asks for tools, JSON or another model
     * @throws IllegalArgumentException if a value is out of range or in conflict with another
     */
    static GenerationConfig config(
            GenerationConfig base, ChatRequestParameters parameters, ChatFormat format, String modelName) {
        check(parameters, modelName);
        GenerationConfigBuilder config = base.toBuilder();
        if (parameters.temperature() != null && parameters.temperature() == 0) {
            config.doSample(false);
        } else if (parameters.temperature() != null) {
            config.doSample(true).temperature(parameters.temperature());
        }
        if (parameters.topP() != null) {
            config.doSample(true).topP(parameters.topP());
        }
        if (parameters.topK() != null) {
            config.doSample(true).topK(parameters.topK());
        }
        if (parameters.frequencyPenalty() != null) {
            config.frequencyPenalty(parameters.frequencyPenalty());
        }
        if (parameters.presencePenalty() != null) {
            config.presencePenalty(parameters.presencePenalty());
        }
        if (parameters.maxOutputTokens() != null) {
            config.maxNewTokens(parameters.maxOutputTokens());
        }
        List<String> stops = Stream.of(
                        base.isSet(GenerationOption.STOP_STRINGS)
                                ? base.get(GenerationOption.STOP_STRINGS)
                                : List.<String>of(),
                        format.stopStrings(),
                        parameters.stopSequences())
                .flatMap(List::stream)
                .distinct()
                .toList();
        if (!stops.isEmpty()) {
            config.stopStrings(stops.toArray(String[]::new));
        }
        return config.build();
    }

    private static void check(ChatRequestParameters parameters, String modelName) {
        if (parameters.modelName() != null && !parameters.modelName().equals(modelName)) {
            throw new UnsupportedFeatureException("found modelName " + parameters.modelName() + ", expected "
                    + modelName + ", the model that is loaded, or none");
        }
        if (!parameters.toolSpecifications().isEmpty() || parameters.toolChoice() == ToolChoice.REQUIRED) {
            throw new UnsupportedFeatureException("found tools, expected none: GPT-2 has no tools");
        }
        if (parameters.responseFormat() != null && parameters.responseFormat().type() == ResponseFormatType.JSON) {
            throw new UnsupportedFeatureException("found responseFormat JSON, expected text: GPT-2 writes only text");
        }
    }
}
