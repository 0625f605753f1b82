package io.github.gpt2djl.spring;

import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationConfigBuilder;
import io.github.gpt2djl.GenerationRequest;
import io.github.gpt2djl.Prompt;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.content.MediaContent;
import org.springframework.ai.model.tool.ToolCallingChatOptions;

/** Turns Spring AI's prompts into requests: a conversation becomes a written dialogue, which the model continues. */
final class ChatRequest {
    private static final String USER = "User: ";
    private static final String ASSISTANT = "Assistant:";
    private static final String NEXT_SPEAKER = "\nUser:";

    private ChatRequest() {}

    /**
     * @param base the options that hold where the prompt has none
     * @throws IllegalArgumentException if the prompt has tools or images, or a value is out of range
     */
    static GenerationRequest of(org.springframework.ai.chat.prompt.Prompt prompt, GenerationConfig base, String model) {
        String dialogue =
                prompt.getInstructions().stream().map(ChatRequest::line).collect(Collectors.joining());
        return new GenerationRequest(Prompt.of(dialogue + ASSISTANT), config(prompt.getOptions(), base, model));
    }

    private static String line(Message message) {
        if (message instanceof MediaContent media && !media.getMedia().isEmpty()) {
            throw new IllegalArgumentException("found an image or a sound, expected text: GPT-2 reads only text");
        }
        return switch (message.getMessageType()) {
            case SYSTEM -> message.getText() + "\n";
            case USER -> USER + message.getText() + "\n";
            case ASSISTANT -> ASSISTANT + " " + message.getText() + "\n";
            case TOOL -> throw new IllegalArgumentException("found a tool's result, expected text: GPT-2 has no tools");
        };
    }

    private static GenerationConfig config(ChatOptions options, GenerationConfig base, String model) {
        GenerationConfigBuilder config = base.toBuilder();
        List<String> stops = new ArrayList<>(List.of(NEXT_SPEAKER));
        if (options != null) {
            check(options, model);
            if (options.getTemperature() != null && options.getTemperature() == 0) {
                config.doSample(false);
            } else if (options.getTemperature() != null) {
                config.doSample(true).temperature(options.getTemperature());
            }
            if (options.getTopP() != null) {
                config.doSample(true).topP(options.getTopP());
            }
            if (options.getTopK() != null) {
                config.doSample(true).topK(options.getTopK());
            }
            if (options.getFrequencyPenalty() != null) {
                config.frequencyPenalty(options.getFrequencyPenalty());
            }
            if (options.getPresencePenalty() != null) {
                config.presencePenalty(options.getPresencePenalty());
            }
            if (options.getMaxTokens() != null) {
                config.maxNewTokens(options.getMaxTokens());
            }
            if (options.getStopSequences() != null) {
                stops.addAll(options.getStopSequences());
            }
        }
        return config.stopStrings(stops.toArray(String[]::new)).build();
    }

    private static void check(ChatOptions options, String model) {
        if (options.getModel() != null && !options.getModel().equals(model)) {
            throw new IllegalArgumentException("found model " + options.getModel() + ", expected " + model
                    + ", the model that is loaded, or none");
        }
        if (options instanceof ToolCallingChatOptions tools
                && !tools.getToolCallbacks().isEmpty()) {
            throw new IllegalArgumentException("found tools, expected none: GPT-2 has no tools");
        }
    }
}
