package io.github.gpt2djl.langchain4j;

import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;

/**
 * A {@link Gpt2} as LangChain4j's streaming chat model, with the prompts of {@link Gpt2ChatModel}.
 *
 * <p>One thread of the executor calls a handler. The last call is one {@code onCompleteResponse} or one
 * {@code onError}, unless the handler has cancelled the stream. An exception of the handler ends the generation.
 */
public final class Gpt2StreamingChatModel implements StreamingChatModel {
    private final ChatSettings settings;
    private final Executor executor;

    private Gpt2StreamingChatModel(ChatSettings settings, Executor executor) {
        this.settings = settings;
        this.executor = executor;
    }

    /**
     * Begins with the defaults of {@link Gpt2ChatModel#builder}, and the common pool as the executor.
     *
     * @param gpt2 may be shared; stays the caller's to close
     * @return a new builder
     */
    public static Builder builder(Gpt2 gpt2) {
        return new Builder(gpt2);
    }

    @Override
    public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
        Objects.requireNonNull(handler, "handler");
        executor.execute(() -> run(request, handler));
    }

    private void run(ChatRequest request, StreamingChatResponseHandler handler) {
        var stream = new ChatStream(handler);
        ChatResponse response;
        try {
            response = settings.response(
                    settings.gpt2().generate(Prompt.of(settings.prompt(request)), settings.config(request), stream));
        } catch (ChatStream.Cancelled e) {
            return;
        } catch (IllegalArgumentException e) {
            handler.onError(new InvalidRequestException(e.getMessage(), e));
            return;
        } catch (Throwable e) {
            // Errors, too: who waits for the handler would wait for ever.
            handler.onError(e);
            return;
        }
        handler.onCompleteResponse(response);
    }

    @Override
    public ChatRequestParameters defaultRequestParameters() {
        return settings.parameters();
    }

    @Override
    public List<ChatModelListener> listeners() {
        return settings.listeners();
    }

    /** Makes a {@link Gpt2StreamingChatModel}. */
    public static final class Builder extends ChatModelBuilder<Builder> {
        private Executor executor = ForkJoinPool.commonPool();

        private Builder(Gpt2 gpt2) {
            super(gpt2);
        }

        /**
         * Sets what runs the generations.
         *
         * @param executor interrupting its thread ends a generation with the text so far
         * @return this builder
         */
        public Builder executor(Executor executor) {
            this.executor = Objects.requireNonNull(executor, "executor");
            return this;
        }

        /** {@return the streaming chat model} */
        public Gpt2StreamingChatModel build() {
            return new Gpt2StreamingChatModel(settings(), executor);
        }

        @Override
        Builder self() {
            return this;
        }
    }
}
