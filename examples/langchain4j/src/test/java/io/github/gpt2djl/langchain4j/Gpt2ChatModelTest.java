package io.github.gpt2djl.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.TestStreamingChatResponseHandler;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class Gpt2ChatModelTest {
    private static final String QUESTION = "Who art thou?";
    private static final String PROMPT = "User: Who art thou?\nAssistant:";
    private static final GenerationConfig CONFIG =
            GenerationConfig.builder().maxNewTokens(12).build();
    private static Gpt2 gpt2;

    @BeforeAll
    static void load() throws IOException {
        gpt2 = Gpt2.load("shakespeare");
    }

    @AfterAll
    static void close() {
        gpt2.close();
    }

    @Test
    void anAnswerIsTheTextAfterThePrompt() {
        Generation generation =
                gpt2.generate(PROMPT, CONFIG.toBuilder().stopStrings("\nUser:").build());
        int prompt = gpt2.encode(PROMPT).size();

        ChatResponse response = model().chat(UserMessage.from(QUESTION));
        assertThat(response.aiMessage().text())
                .isEqualTo(generation.text().strip())
                .isNotEmpty();
        assertThat(response.tokenUsage()).isEqualTo(new TokenUsage(prompt, 12, prompt + 12));
        assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(response.modelName()).isEqualTo(gpt2.name());
        assertThat(model().chat(QUESTION)).isEqualTo(response.aiMessage().text());
    }

    @Test
    void parametersAreOptionsOfTheLibrary() {
        ChatRequestParameters parameters = ChatRequestParameters.builder()
                .temperature(0.7)
                .topP(0.9)
                .topK(40)
                .frequencyPenalty(0.1)
                .presencePenalty(0.2)
                .maxOutputTokens(7)
                .stopSequences("\n\n")
                .build();
        assertThat(ChatOptions.config(CONFIG, parameters, ChatFormat.PLAIN, "any"))
                .isEqualTo(CONFIG.toBuilder()
                        .doSample(true)
                        .temperature(0.7)
                        .topP(0.9)
                        .topK(40)
                        .frequencyPenalty(0.1)
                        .presencePenalty(0.2)
                        .maxNewTokens(7)
                        .stopStrings("\nUser:", "\n\n")
                        .build());
    }

    @Test
    void temperatureZeroIsGreedy() {
        ChatRequestParameters greedy =
                ChatRequestParameters.builder().temperature(0.0).build();
        assertThat(ChatOptions.config(CONFIG, greedy, ChatFormat.DIALOGPT, "any"))
                .isEqualTo(CONFIG.toBuilder().doSample(false).build());
    }

    @Test
    void aRequestsParametersPrecedeTheDefaults() {
        Gpt2ChatModel model = Gpt2ChatModel.builder(gpt2)
                .config(CONFIG)
                .defaultRequestParameters(
                        ChatRequestParameters.builder().maxOutputTokens(5).build())
                .build();
        assertThat(model.chat(UserMessage.from(QUESTION)).tokenUsage().outputTokenCount())
                .isEqualTo(5);
        ChatRequest request = ChatRequest.builder()
                .messages(UserMessage.from(QUESTION))
                .parameters(ChatRequestParameters.builder().maxOutputTokens(3).build())
                .build();
        assertThat(model.chat(request).tokenUsage().outputTokenCount()).isEqualTo(3);
    }

    @Test
    void theNextSpeakerEndsTheAnswer() {
        String whole = gpt2.generate(PROMPT, CONFIG).text();
        String word = whole.strip().split("\\s+")[2];
        ChatFormat format = new ChatFormat("User: ", "Assistant: ", "\n", List.of(word));
        ChatResponse response = Gpt2ChatModel.builder(gpt2)
                .config(CONFIG)
                .format(format)
                .build()
                .chat(UserMessage.from(QUESTION));
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(response.aiMessage().text())
                .isEqualTo(whole.substring(0, whole.indexOf(word)).strip());
    }

    static List<ChatRequestParameters> unsupported() {
        return List.of(
                ChatRequestParameters.builder().modelName("gpt-4").build(),
                ChatRequestParameters.builder().toolChoice(ToolChoice.REQUIRED).build(),
                ChatRequestParameters.builder()
                        .responseFormat(ResponseFormat.JSON)
                        .build());
    }

    @ParameterizedTest
    @MethodSource("unsupported")
    void whatGpt2CannotDoIsRejected(ChatRequestParameters parameters) {
        ChatRequest request = ChatRequest.builder()
                .messages(UserMessage.from(QUESTION))
                .parameters(parameters)
                .build();
        assertThatThrownBy(() -> model().chat(request))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining(", expected ");
        assertThat(streamed(request)).isInstanceOf(UnsupportedFeatureException.class);
    }

    /** LangChain4j does not repeat such a request. */
    @Test
    void aRequestThatTheLibraryRejectsIsInvalid() {
        ChatRequest request = ChatRequest.builder()
                .messages(UserMessage.from("word ".repeat(2000)))
                .build();
        Throwable own = catchThrowable(() -> gpt2.generate("User: " + "word ".repeat(2000) + "\nAssistant:", CONFIG));
        assertThatThrownBy(() -> model().chat(request))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage(own.getMessage());
        assertThat(streamed(request)).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void aStreamGivesTheSameAnswer() {
        var handler = new TestStreamingChatResponseHandler();
        streaming().chat(QUESTION, handler);
        assertThat(handler.get().aiMessage().text()).isEqualTo(model().chat(QUESTION));
    }

    @Test
    void aCancelledStreamIsSilent() {
        List<String> calls = new ArrayList<>();
        streaming().chat(QUESTION, new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
                calls.add(partial.text());
                if (calls.size() == 2) {
                    context.streamingHandle().cancel();
                }
            }

            @Override
            public void onCompleteResponse(ChatResponse response) {
                calls.add("onCompleteResponse");
            }

            @Override
            public void onError(Throwable error) {
                calls.add("onError");
            }
        });
        assertThat(calls).hasSize(2).doesNotContain("onCompleteResponse", "onError");
    }

    private static Gpt2ChatModel model() {
        return Gpt2ChatModel.builder(gpt2).config(CONFIG).build();
    }

    /** On the caller's thread. */
    private static Gpt2StreamingChatModel streaming() {
        return Gpt2StreamingChatModel.builder(gpt2)
                .config(CONFIG)
                .executor(Runnable::run)
                .build();
    }

    private static Throwable streamed(ChatRequest request) {
        List<Throwable> errors = new ArrayList<>();
        streaming().chat(request, new StreamingChatResponseHandler() {
            @Override
            public void onCompleteResponse(ChatResponse response) {
                throw new AssertionError("completed");
            }

            @Override
            public void onError(Throwable error) {
                errors.add(error);
            }
        });
        assertThat(errors).hasSize(1);
        return errors.get(0);
    }
}
