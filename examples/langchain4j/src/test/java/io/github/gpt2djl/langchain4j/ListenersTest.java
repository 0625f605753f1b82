package io.github.gpt2djl.langchain4j;

import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.common.AbstractChatModelListenerIT;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelListenerIT;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import io.github.gpt2djl.Gpt2;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/** LangChain4j's own tests of what listeners see. GPT-2 has no tools, and its answers have no id. */
class ListenersTest {
    private static Gpt2 gpt2;

    @BeforeAll
    static void load() throws IOException {
        gpt2 = Gpt2.load("shakespeare");
    }

    @AfterAll
    static void close() {
        gpt2.close();
    }

    private static <B extends ChatModelBuilder<B>> B with(
            B builder, ChatModelListener listener, DefaultChatRequestParameters.Builder<?> parameters) {
        return builder.listeners(List.of(listener)).defaultRequestParameters(parameters.build());
    }

    @Nested
    class Answers extends AbstractChatModelListenerIT {
        @Override
        protected ChatModel createModel(ChatModelListener listener) {
            return with(
                            Gpt2ChatModel.builder(gpt2),
                            listener,
                            ChatRequestParameters.builder()
                                    .temperature(temperature())
                                    .topP(topP())
                                    .maxOutputTokens(maxTokens()))
                    .build();
        }

        @Override
        protected ChatModel createFailingModel(ChatModelListener listener) {
            return with(
                            Gpt2ChatModel.builder(gpt2),
                            listener,
                            ChatRequestParameters.builder().temperature(-1.0))
                    .build();
        }

        @Override
        protected String modelName() {
            return gpt2.name();
        }

        @Override
        protected Class<? extends Exception> expectedExceptionClass() {
            return InvalidRequestException.class;
        }

        @Override
        protected boolean supportsTools() {
            return false;
        }

        @Override
        protected boolean assertResponseId() {
            return false;
        }
    }

    @Nested
    class Streams extends AbstractStreamingChatModelListenerIT {
        @Override
        protected StreamingChatModel createModel(ChatModelListener listener) {
            return with(
                            Gpt2StreamingChatModel.builder(gpt2),
                            listener,
                            ChatRequestParameters.builder()
                                    .temperature(temperature())
                                    .topP(topP())
                                    .maxOutputTokens(maxTokens()))
                    .build();
        }

        @Override
        protected StreamingChatModel createFailingModel(ChatModelListener listener) {
            return with(
                            Gpt2StreamingChatModel.builder(gpt2),
                            listener,
                            ChatRequestParameters.builder().temperature(-1.0))
                    .build();
        }

        @Override
        protected String modelName() {
            return gpt2.name();
        }

        @Override
        protected Class<? extends Exception> expectedExceptionClass() {
            return InvalidRequestException.class;
        }

        @Override
        protected boolean supportsTools() {
            return false;
        }

        @Override
        protected boolean assertResponseId() {
            return false;
        }
    }
}
