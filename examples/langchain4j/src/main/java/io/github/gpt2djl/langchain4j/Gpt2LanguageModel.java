package io.github.gpt2djl.langchain4j;

import dev.langchain4j.model.language.LanguageModel;
import dev.langchain4j.model.output.Response;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import java.util.Objects;

/**
 * A {@link Gpt2} as LangChain4j's language model. Stateless, so as safe for several threads as the model is; exceptions
 * are those of {@link Gpt2#generate(String, GenerationConfig)}.
 */
public final class Gpt2LanguageModel implements LanguageModel {
    private final Gpt2 gpt2;
    private final GenerationConfig config;

    /**
     * Wraps a model.
     *
     * @param gpt2 may be shared; stays the caller's to close
     * @param config how to generate, for every prompt
     */
    public Gpt2LanguageModel(Gpt2 gpt2, GenerationConfig config) {
        this.gpt2 = Objects.requireNonNull(gpt2, "gpt2");
        this.config = Objects.requireNonNull(config, "config");
    }

    @Override
    public Response<String> generate(String prompt) {
        return Responses.of(gpt2.generate(prompt, config));
    }
}
