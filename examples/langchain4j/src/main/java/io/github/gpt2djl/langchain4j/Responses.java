package io.github.gpt2djl.langchain4j;

import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import io.github.gpt2djl.Generation;

/** What a generation is in LangChain4j's words. */
final class Responses {
    private Responses() {}

    static Response<String> of(Generation generation) {
        var usage = new TokenUsage(
                generation.promptIds().size(), generation.tokens().size());
        return Response.from(generation.text(), usage, reason(generation.finishReason()));
    }

    static FinishReason reason(io.github.gpt2djl.FinishReason reason) {
        return switch (reason) {
            case LENGTH, CONTEXT -> FinishReason.LENGTH;
            case EOS, STOP -> FinishReason.STOP;
            case CANCELLED -> FinishReason.OTHER;
        };
    }
}
