package io.github.gpt2djl.langchain4j;

import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.gpt2djl.Gpt2;
import java.util.List;

/**
 * A {@link Gpt2} as LangChain4j's chat model. GPT-2 is no chat model: it continues the conversation as a text in a
 * {@link ChatFormat}. Without state, so as safe for several threads as the model is.
 *
 * <p>A request that the library rejects is an {@link InvalidRequestException}, which LangChain4j does not repeat.
 */
public final class Gpt2ChatModel implements ChatModel {
    private final ChatSettings settings;

    private Gpt2ChatModel(ChatSettings settings) {
        this.settings = settings;
    }

    /**
     * Begins with the defaults: the model's own generation options, {@link ChatFormat#PLAIN}, no listener.
     *
     * @param gpt2 may be shared; stays the caller's to close
     * @return a new builder
     */
    public static Builder builder(Gpt2 gpt2) {
        return new Builder(gpt2);
    }

    @Override
    public ChatResponse doChat(ChatRequest request) {
        try {
            return settings.response(settings.gpt2().generate(settings.prompt(request), settings.config(request)));
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(e.getMessage(), e);
        }
    }

    @Override
    public ChatRequestParameters defaultRequestParameters() {
        return settings.parameters();
    }

    @Override
    public List<ChatModelListener> listeners() {
        return settings.listeners();
    }

    /** Makes a {@link Gpt2ChatModel}. */
    public static final class Builder extends ChatModelBuilder<Builder> {
        private Builder(Gpt2 gpt2) {
            super(gpt2);
        }

        /** {@return the chat model} */
        public Gpt2ChatModel build() {
            return new Gpt2ChatModel(settings());
        }

        @Override
        Builder self() {
            return this;
        }
    }
}
