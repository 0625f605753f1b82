package io.github.gpt2djl.langchain4j;

import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import java.util.List;
import java.util.Objects;

/**
 * The settings that both chat models have.
 *
 * @param <B> the builder itself
 */
public abstract sealed class ChatModelBuilder<B extends ChatModelBuilder<B>>
        permits Gpt2ChatModel.Builder, Gpt2StreamingChatModel.Builder {
    private final Gpt2 gpt2;
    private GenerationConfig config = GenerationConfig.builder().build();
    private ChatFormat format = ChatFormat.PLAIN;
    private ChatRequestParameters parameters = DefaultChatRequestParameters.EMPTY;
    private List<ChatModelListener> listeners = List.of();

    ChatModelBuilder(Gpt2 gpt2) {
        this.gpt2 = Objects.requireNonNull(gpt2, "gpt2");
    }

    /**
     * Sets the options of the library, which the parameters of a request precede.
     *
     * @param config how to generate
     * @return this builder
     */
    public B config(GenerationConfig config) {
        this.config = Objects.requireNonNull(config, "config");
        return self();
    }

    /**
     * Sets the format of the prompt.
     *
     * @param format how a conversation is written
     * @return this builder
     */
    public B format(ChatFormat format) {
        this.format = Objects.requireNonNull(format, "format");
        return self();
    }

    /**
     * Sets LangChain4j's parameters that hold where a request has none.
     *
     * @param parameters the defaults; the model's name is added
     * @return this builder
     */
    public B defaultRequestParameters(ChatRequestParameters parameters) {
        this.parameters = Objects.requireNonNull(parameters, "parameters");
        return self();
    }

    /**
     * Sets the listeners.
     *
     * @param listeners copied
     * @return this builder
     */
    public B listeners(List<ChatModelListener> listeners) {
        this.listeners = List.copyOf(listeners);
        return self();
    }

    ChatSettings settings() {
        ChatRequestParameters name =
                ChatRequestParameters.builder().modelName(gpt2.name()).build();
        return new ChatSettings(gpt2, config, format, name.overrideWith(parameters), listeners);
    }

    abstract B self();
}
