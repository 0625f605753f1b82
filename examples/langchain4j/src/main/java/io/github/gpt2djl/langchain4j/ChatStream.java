package io.github.gpt2djl.langchain4j;

import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import io.github.gpt2djl.Token;
import java.util.function.Consumer;

/** Hands the tokens of an answer to a handler, without the spaces around the answer. */
final class ChatStream implements Consumer<Token>, StreamingHandle {
    private final StreamingChatResponseHandler handler;
    private volatile boolean cancelled;
    private boolean begun;
    /** Spaces that end the answer if no more text comes. */
    private String spaces = "";

    /** Ends a generation whose stream was cancelled. */
    static final class Cancelled extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    ChatStream(StreamingChatResponseHandler handler) {
        this.handler = handler;
    }

    @Override
    public void accept(Token token) {
        throwIfCancelled();
        String text = spaces + token.text();
        String known = text.stripTrailing();
        spaces = text.substring(known.length());
        if (!begun) {
            known = known.stripLeading();
        }
        if (!known.isEmpty()) {
            begun = true;
            handler.onPartialResponse(new PartialResponse(known), new PartialResponseContext(this));
            throwIfCancelled();
        }
    }

    private void throwIfCancelled() {
        if (cancelled) {
            throw new Cancelled();
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }
}
