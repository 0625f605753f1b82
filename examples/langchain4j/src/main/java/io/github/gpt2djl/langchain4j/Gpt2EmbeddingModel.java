package io.github.gpt2djl.langchain4j;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.embedding.response.EmbeddingResponseMetadata;
import dev.langchain4j.model.output.TokenUsage;
import io.github.gpt2djl.Gpt2;
import java.util.List;
import java.util.Objects;

/**
 * A {@link Gpt2} as LangChain4j's embedding model: the mean of the last hidden states. GPT-2 was not trained to compare
 * texts; a model that was trained for embeddings finds better neighbours.
 *
 * <p>A text that is empty or longer than the context is an {@link InvalidRequestException}.
 */
public final class Gpt2EmbeddingModel implements EmbeddingModel {
    private final Gpt2 gpt2;
    private final List<EmbeddingModelListener> listeners;

    /**
     * Wraps a model.
     *
     * @param gpt2 may be shared; stays the caller's to close
     * @param listeners copied
     */
    public Gpt2EmbeddingModel(Gpt2 gpt2, EmbeddingModelListener... listeners) {
        this.gpt2 = Objects.requireNonNull(gpt2, "gpt2");
        this.listeners = List.of(listeners);
    }

    @Override
    public EmbeddingResponse doEmbed(EmbeddingRequest request) {
        try {
            List<String> texts =
                    request.inputs().stream().map(EmbeddingInput::text).toList();
            int tokens =
                    texts.stream().mapToInt(text -> gpt2.encode(text).size()).sum();
            return EmbeddingResponse.builder()
                    .embeddings(texts.stream()
                            .map(text -> Embedding.from(gpt2.embed(text)))
                            .toList())
                    .metadata(EmbeddingResponseMetadata.builder()
                            .modelName(gpt2.name())
                            .tokenUsage(new TokenUsage(tokens))
                            .build())
                    .build();
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(e.getMessage(), e);
        }
    }

    @Override
    public int dimension() {
        return gpt2.config().embeddingWidth();
    }

    @Override
    public String modelName() {
        return gpt2.name();
    }

    @Override
    public List<EmbeddingModelListener> listeners() {
        return listeners;
    }
}
