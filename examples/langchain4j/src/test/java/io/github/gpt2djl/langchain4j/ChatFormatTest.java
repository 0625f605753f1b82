package io.github.gpt2djl.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ChatFormatTest {
    private static final List<ChatMessage> TURNS = List.of(
            SystemMessage.from("Two scholars talk."),
            UserMessage.from("What is the capital of France?"),
            AiMessage.from("Paris."),
            UserMessage.from(TextContent.from("And"), TextContent.from("of Italy?")));

    @Test
    void aPlainDialogueEndsWhereTheAnswerBegins() {
        assertThat(ChatFormat.PLAIN.prompt(TURNS)).isEqualTo("""
                        Two scholars talk.
                        User: What is the capital of France?
                        Assistant: Paris.
                        User: And
                        of Italy?
                        Assistant:""");
    }

    /** The model's page: {@code tokenizer.encode(text + tokenizer.eos_token)} for each turn. */
    @Test
    void dialoGptsTurnsEndWithEndOfText() {
        assertThat(ChatFormat.DIALOGPT.prompt(TURNS.subList(1, 3)))
                .isEqualTo("What is the capital of France?<|endoftext|>Paris.<|endoftext|>");
    }

    static List<ChatMessage> notTexts() {
        ToolExecutionRequest tool = ToolExecutionRequest.builder()
                .id("1")
                .name("add")
                .arguments("{}")
                .build();
        return List.of(
                UserMessage.from(ImageContent.from("https://example.org/cat.png")),
                AiMessage.from(tool),
                ToolExecutionResultMessage.from(tool, "3"));
    }

    @ParameterizedTest
    @MethodSource("notTexts")
    void onlyTextsAreTaken(ChatMessage message) {
        assertThatThrownBy(() -> ChatFormat.PLAIN.prompt(List.of(message)))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageStartingWith("found ")
                .hasMessageContaining("expected text");
    }
}
