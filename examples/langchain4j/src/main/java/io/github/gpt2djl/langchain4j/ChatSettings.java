package io.github.gpt2djl.langchain4j;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.TokenUsage;
import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import java.util.List;

/** The model, the format and the defaults that both chat models share. */
record ChatSettings(
        Gpt2 gpt2,
        GenerationConfig config,
        ChatFormat format,
        ChatRequestParameters parameters,
        List<ChatModelListener> listeners) {

    String prompt(ChatRequest request) {
        return format.prompt(request.messages());
    }

    GenerationConfig config(ChatRequest request) {
        return ChatOptions.config(config, request.parameters(), format, gpt2.name());
    }

    /** The answer without the spaces around it: the prompt ends before the space that precedes an answer. */
    ChatResponse response(Generation generation) {
        return ChatResponse.builder()
                .aiMessage(AiMessage.from(generation.text().strip()))
                .modelName(gpt2.name())
                .tokenUsage(new TokenUsage(
                        generation.promptIds().size(), generation.tokens().size()))
                .finishReason(Responses.reason(generation.finishReason()))
                .build();
    }
}
