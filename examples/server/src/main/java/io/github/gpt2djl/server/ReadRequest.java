package io.github.gpt2djl.server;

import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.GenerationRequest;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;

/**
 * A request whose prompts are encoded, which happens once.
 *
 * @param request as the client sent it
 * @param encoded its prompts as ids, with the options
 * @param echoes its prompts as an answer repeats them
 */
record ReadRequest(CompletionRequest request, List<GenerationRequest> encoded, List<Echo> echoes) {
    /**
     * Reads the body of a request.
     *
     * @throws ApiError if it cannot be followed, or costs too much
     * @throws IllegalArgumentException of the library
     */
    static ReadRequest read(RoutingContext routing, Gpt2 gpt2, List<String> models, ServerOptions options) {
        CompletionRequest request = CompletionRequest.read(Body.json(routing), models, options);
        List<GenerationRequest> encoded = new ArrayList<>();
        List<Echo> echoes = new ArrayList<>();
        for (Prompt prompt : request.prompts()) {
            GenerationRequest one = request.encode(gpt2, prompt);
            encoded.add(one);
            echoes.add(new Echo(one.prompt().ids(), gpt2.text(prompt), List.of()));
        }
        ReadRequest read = new ReadRequest(request, encoded, echoes);
        Costs.checkAnswer(request, request.echo() ? read.promptTokens() : 0, options.limits());
        return read;
    }

    ReadRequest scored(List<Echo> scored) {
        return new ReadRequest(request, encoded, scored);
    }

    int promptTokens() {
        return echoes.stream().mapToInt(echo -> echo.ids().size()).sum();
    }

    /** Choices of all prompts. */
    int sequences() {
        return Math.multiplyExact(echoes.size(), request.n());
    }

    /** The prompt of a choice. */
    Echo echo(int sequence) {
        return echoes.get(sequence / request.n());
    }

    /** Choices for each one that is computed: greedy ones are all the same. */
    int same() {
        return request.n() / request.config().get(GenerationOption.NUM_RETURN_SEQUENCES);
    }
}
