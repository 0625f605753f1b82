package io.github.gpt2djl.spring;

import io.github.gpt2djl.ContinuousBatch;
import io.github.gpt2djl.FinishReason;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Token;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/**
 * A GPT-2 as Spring AI's chat model. All requests share a batch. GPT-2 is no chat model: it continues the conversation as
 * a written dialogue of {@code User:} and {@code Assistant:}.
 *
 * <p>A prompt that the library rejects is an {@link IllegalArgumentException}; a full queue is a {@link
 * java.util.concurrent.RejectedExecutionException}.
 */
public final class Gpt2ChatModel implements ChatModel {
    private final String name;
    private final ContinuousBatch batch;
    private final GenerationConfig config;

    /**
     * Wraps a batch.
     *
     * @param name the model's name
     * @param batch stays the caller's to close
     * @param config how to generate, where a prompt has no options
     */
    public Gpt2ChatModel(String name, ContinuousBatch batch, GenerationConfig config) {
        this.name = name;
        this.batch = batch;
        this.config = config;
    }

    @Override
    public ChatResponse call(Prompt prompt) {
        try {
            return whole(batch.submit(ChatRequest.of(prompt, config, name), (token, sequence) -> {})
                    .join()
                    .get(0));
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** Each response has the text of a token, the last one the reason of the end. Cancelling ends the generation. */
    @Override
    public Flux<ChatResponse> stream(Prompt prompt) {
        return Flux.create(sink -> {
            var text = new StringBuilder();
            CompletableFuture<List<io.github.gpt2djl.Generation>> result =
                    batch.submit(ChatRequest.of(prompt, config, name), (token, sequence) -> pass(token, text, sink));
            sink.onDispose(() -> result.cancel(true));
            result.whenComplete((generations, failure) -> {
                if (failure == null) {
                    io.github.gpt2djl.Generation generation = generations.get(0);
                    sink.next(response("", generation));
                    sink.complete();
                } else {
                    sink.error(failure);
                }
            });
        });
    }

    private void pass(Token token, StringBuilder text, FluxSink<ChatResponse> sink) {
        // The prompt ends before the space that precedes an answer.
        String next = text.isEmpty() ? token.text().stripLeading() : token.text();
        text.append(next);
        // Empty while a character spans tokens, or a stop string may have begun.
        if (!next.isEmpty()) {
            sink.next(new ChatResponse(List.of(new Generation(new AssistantMessage(next)))));
        }
    }

    private ChatResponse whole(io.github.gpt2djl.Generation generation) {
        return response(generation.text().strip(), generation);
    }

    private ChatResponse response(String text, io.github.gpt2djl.Generation generation) {
        ChatGenerationMetadata reason = ChatGenerationMetadata.builder()
                .finishReason(reason(generation.finishReason()))
                .build();
        ChatResponseMetadata metadata = ChatResponseMetadata.builder()
                .model(name)
                .usage(new DefaultUsage(
                        generation.promptIds().size(), generation.tokens().size()))
                .build();
        return new ChatResponse(List.of(new Generation(new AssistantMessage(text), reason)), metadata);
    }

    /** OpenAI's words, which Spring AI's other models use. */
    private static String reason(FinishReason reason) {
        return switch (reason) {
            case LENGTH, CONTEXT -> "LENGTH";
            case EOS, STOP -> "STOP";
            case CANCELLED -> reason.name().toUpperCase(Locale.ROOT);
        };
    }

    @Override
    public ChatOptions getOptions() {
        return ChatOptions.builder().model(name).build();
    }
}
