package io.github.gpt2djl.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.ContinuousBatch;
import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import reactor.test.StepVerifier;

class Gpt2ChatModelTest {
    private static final String QUESTION = "Who art thou?";
    private static final GenerationConfig CONFIG =
            GenerationConfig.builder().maxNewTokens(12).build();
    private static Gpt2 gpt2;
    private static ContinuousBatch batch;
    private static Gpt2ChatModel model;

    @BeforeAll
    static void load() throws IOException {
        gpt2 = Gpt2.load("shakespeare");
        batch = new ContinuousBatch(gpt2, 2, 10);
        model = new Gpt2ChatModel("shakespeare", batch, CONFIG);
    }

    @AfterAll
    static void close() {
        batch.close();
        gpt2.close();
    }

    @Test
    void aConversationIsAWrittenDialogue() {
        Prompt prompt = new Prompt(List.of(
                new SystemMessage("Two scholars talk."),
                new UserMessage("Who art thou?"),
                new AssistantMessage("A king."),
                new UserMessage("Of what?")));
        assertThat(ChatRequest.of(prompt, CONFIG, "shakespeare").prompt().text())
                .isEqualTo("""
                        Two scholars talk.
                        User: Who art thou?
                        Assistant: A king.
                        User: Of what?
                        Assistant:""");
    }

    @Test
    void anAnswerIsTheLibrarysText() {
        Generation generation = gpt2.generate(
                "User: Who art thou?\nAssistant:",
                CONFIG.toBuilder().stopStrings("\nUser:").build());
        ChatResponse response = model.call(new Prompt(QUESTION));
        assertThat(response.getResult().getOutput().getText())
                .isEqualTo(generation.text().strip())
                .isNotEmpty();
        assertThat(response.getResult().getMetadata().getFinishReason()).isEqualTo("LENGTH");
        assertThat(response.getMetadata().getUsage().getPromptTokens())
                .isEqualTo(generation.promptIds().size());
        assertThat(response.getMetadata().getUsage().getCompletionTokens()).isEqualTo(12);
        assertThat(response.getMetadata().getModel()).isEqualTo("shakespeare");
    }

    @Test
    void optionsAreTheLibrarys() {
        ChatOptions options = ChatOptions.builder()
                .temperature(0.7)
                .topP(0.9)
                .topK(40)
                .frequencyPenalty(0.1)
                .presencePenalty(0.2)
                .maxTokens(7)
                .stopSequences(List.of("\n\n"))
                .build();
        assertThat(ChatRequest.of(new Prompt(QUESTION, options), CONFIG, "shakespeare")
                        .config())
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
    void aStreamGivesTheSameText() {
        List<ChatResponse> responses =
                model.stream(new Prompt(QUESTION)).collectList().block(Duration.ofMinutes(1));
        StringBuilder text = new StringBuilder();
        responses.forEach(each -> text.append(each.getResult().getOutput().getText()));
        assertThat(text.toString().strip()).isEqualTo(model.call(QUESTION));
        assertThat(responses).hasSizeGreaterThan(3);
        assertThat(responses.get(responses.size() - 1).getResult().getMetadata().getFinishReason())
                .isEqualTo("LENGTH");
    }

    @Test
    void aCancelledStreamLeavesTheBatch() throws InterruptedException {
        Prompt endless =
                new Prompt(QUESTION, ChatOptions.builder().maxTokens(300).build());
        StepVerifier.create(model.stream(endless))
                .expectNextCount(2)
                .thenCancel()
                .verify(Duration.ofMinutes(1));
        // An answer afterwards has a place of the batch.
        assertThat(model.call(QUESTION)).isNotEmpty();
    }

    @Test
    void aPromptThatTheLibraryRejects() {
        assertThatThrownBy(() -> model.call("word ".repeat(2000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("context");
        StepVerifier.create(model.stream("word ".repeat(2000)))
                .expectError(IllegalArgumentException.class)
                .verify(Duration.ofMinutes(1));
        assertThatThrownBy(() -> model.call(new Prompt(
                        QUESTION, ChatOptions.builder().model("gpt-4").build())))
                .hasMessage("found model gpt-4, expected shakespeare, the model that is loaded, or none");
    }
}
