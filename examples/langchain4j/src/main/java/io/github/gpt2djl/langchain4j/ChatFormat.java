package io.github.gpt2djl.langchain4j;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ContentType;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The texts that make one prompt of a conversation. GPT-2 was trained on texts, not on conversations: the prompt looks
 * like a written dialogue, and the model continues it with the next line. A fine-tuned model has a format of its own.
 *
 * <pre>{@code
 * User: What is the capital of France?
 * Assistant: Paris.
 * User: And of Italy?
 * Assistant:
 * }</pre>
 *
 * @param user the text before a user's message
 * @param assistant the text before a model's message. The prompt ends with it, without trailing spaces: tokens of GPT-2
 *     begin with a space
 * @param end the text after each message, a system message too
 * @param stopStrings the texts that end the model's message, in addition to the end-of-text token
 */
public record ChatFormat(String user, String assistant, String end, List<String> stopStrings) {
    /** A dialogue of two speakers, {@code User} and {@code Assistant}, one line for each message. */
    public static final ChatFormat PLAIN = new ChatFormat("User: ", "Assistant: ", "\n", List.of("\nUser:"));

    /** The format of DialoGPT (Zhang et al. 2020): messages in turn, each with the end-of-text token after it. */
    public static final ChatFormat DIALOGPT = new ChatFormat("", "", "<|endoftext|>", List.of());

    /**
     * Copies the list.
     *
     * @param user as above
     * @param assistant as above
     * @param end as above
     * @param stopStrings copied
     */
    public ChatFormat {
        stopStrings = List.copyOf(stopStrings);
    }

    /**
     * Makes a prompt of a conversation.
     *
     * @param messages texts of the system, the user and the model
     * @return the prompt, which the model's next message follows
     * @throws UnsupportedFeatureException if a message holds anything but text
     */
    public String prompt(List<ChatMessage> messages) {
        return messages.stream().map(this::format).collect(Collectors.joining()) + assistant.stripTrailing();
    }

    private String format(ChatMessage message) {
        if (message instanceof SystemMessage system) {
            return system.text() + end;
        }
        if (message instanceof UserMessage fromUser) {
            return user + text(fromUser) + end;
        }
        if (message instanceof AiMessage fromModel && !fromModel.hasToolExecutionRequests()) {
            return assistant + fromModel.text() + end;
        }
        throw new UnsupportedFeatureException("found a message of type " + message.type()
                + (message instanceof AiMessage ? " that calls tools" : "") + ", expected texts: GPT-2 has no tools");
    }

    private static String text(UserMessage message) {
        return message.contents().stream()
                .map(content -> {
                    if (content.type() != ContentType.TEXT) {
                        throw new UnsupportedFeatureException(
                                "found content of type " + content.type() + ", expected text: GPT-2 reads only text");
                    }
                    return ((TextContent) content).text();
                })
                .collect(Collectors.joining("\n"));
    }
}
