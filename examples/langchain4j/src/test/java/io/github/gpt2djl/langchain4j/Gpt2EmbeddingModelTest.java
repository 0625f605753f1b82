package io.github.gpt2djl.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.common.AbstractEmbeddingModelIT;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import io.github.gpt2djl.Gpt2;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** LangChain4j's own tests of embedding models, without images and without a choice of dimensions. */
class Gpt2EmbeddingModelTest extends AbstractEmbeddingModelIT {
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
    void anEmbeddingIsTheLibrarys() {
        EmbeddingModel model = new Gpt2EmbeddingModel(gpt2);
        assertThat(model.embed("ROMEO:").content().vector()).isEqualTo(gpt2.embed("ROMEO:"));
        assertThat(model.embed("ROMEO:").tokenUsage().inputTokenCount())
                .isEqualTo(gpt2.encode("ROMEO:").size());
        assertThat(model.dimension()).isEqualTo(gpt2.config().width());
    }

    @Test
    void aTextBeyondTheContextIsInvalid() {
        assertThatThrownBy(() -> new Gpt2EmbeddingModel(gpt2).embed("word ".repeat(2000)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("context");
    }

    @Override
    protected List<EmbeddingModel> models() {
        return List.of(new Gpt2EmbeddingModel(gpt2));
    }

    @Override
    protected EmbeddingModel modelWith(EmbeddingModelListener listener) {
        return new Gpt2EmbeddingModel(gpt2, listener);
    }

    /** A closed model fails. */
    @Override
    protected EmbeddingModel failingModelWith(EmbeddingModelListener listener) {
        try (Gpt2 closed = Gpt2.load("shakespeare")) {
            return new Gpt2EmbeddingModel(closed, listener);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    protected boolean supportsInputTypeParameter() {
        return false;
    }

    @Override
    protected boolean supportsDimensionsParameter() {
        return false;
    }

    @Override
    protected boolean supportsImageInput() {
        return false;
    }

    @Override
    protected boolean supportsInterleavedInput() {
        return false;
    }
}
