package io.github.gpt2djl.langchain4j;

import dev.langchain4j.model.StreamingResponseHandler;
import dev.langchain4j.model.language.StreamingLanguageModel;
import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.Token;
import java.util.Objects;
import java.util.concurrent.Executor;

/**
 * A {@link Gpt2} as LangChain4j's streaming language model.
 *
 * <p>A handler is called by one thread of the executor, and its last call is one {@code onComplete} or one
 * {@code onError}. Its own exception in {@code onNext} ends the generation.
 */
public final class Gpt2StreamingLanguageModel implements StreamingLanguageModel {
    private final Gpt2 gpt2;
    private final GenerationConfig config;
    private final Executor executor;

    /**
     * Wraps a model.
     *
     * @param gpt2 may be shared; stays the caller's to close
     * @param config how to generate, for every prompt
     * @param executor runs the generations; interrupting its thread ends one with what there is by then
     */
    public Gpt2StreamingLanguageModel(Gpt2 gpt2, GenerationConfig config, Executor executor) {
        this.gpt2 = Objects.requireNonNull(gpt2, "gpt2");
        this.config = Objects.requireNonNull(config, "config");
        this.executor = Objects.requireNonNull(executor, "executor");
    }

    @Override
    public void generate(String prompt, StreamingResponseHandler<String> handler) {
        Objects.requireNonNull(handler, "handler");
        executor.execute(() -> run(prompt, handler));
    }

    private void run(String prompt, StreamingResponseHandler<String> handler) {
        Generation generation;
        try {
            generation = gpt2.generate(Prompt.of(prompt), config, token -> pass(token, handler));
        } catch (Throwable e) {
            // Errors, too: who waits for the handler would wait for ever.
            handler.onError(e);
            return;
        }
        handler.onComplete(Responses.of(generation));
    }

    private static void pass(Token token, StreamingResponseHandler<String> handler) {
        // Empty while a character spans tokens, or a stop string may have begun.
        if (!token.text().isEmpty()) {
            handler.onNext(token.text());
        }
    }
}
