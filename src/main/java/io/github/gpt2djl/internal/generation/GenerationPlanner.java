package io.github.gpt2djl.internal.generation;

import static io.github.gpt2djl.GenerationOption.*;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.EarlyStopping;
import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.GenerationRequest;
import io.github.gpt2djl.GenerationResult;
import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.internal.decoder.Decoder;
import io.github.gpt2djl.internal.loop.AssistantModel;
import io.github.gpt2djl.internal.loop.BeamLoop;
import io.github.gpt2djl.internal.loop.BeamOptions;
import io.github.gpt2djl.internal.loop.ContrastiveLoop;
import io.github.gpt2djl.internal.loop.DraftLoop;
import io.github.gpt2djl.internal.loop.Loop;
import io.github.gpt2djl.internal.loop.PromptLookup;
import io.github.gpt2djl.internal.loop.Request;
import io.github.gpt2djl.internal.loop.TokenLoop;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Starts runs: which loop computes what a config asks for, and what it cannot be combined with. */
public record GenerationPlanner(LoadedModel model) {
    /** As in transformers; the number follows how well it does. */
    private static final int ASSISTANT_TOKENS = 20;

    /** The number of steps ahead. Not more, because steps after the end of a text are wasted. */
    private static final int STEPS_AHEAD = 32;

    /** Several prompts, all checked before anything is computed: together, or in turn if one of them searches. */
    public List<Generation> all(List<GenerationRequest> prompts) {
        if (prompts.isEmpty()) {
            throw new IllegalArgumentException("found no prompt, expected at least one");
        }
        if (prompts.size() > 1 && prompts.stream().noneMatch(prompt -> BatchCompatibility.searches(prompt.config()))) {
            prompts.forEach(prompt -> BatchCompatibility.requirePlain(prompt.config(), prompts.size() + " prompts"));
            return together(RequestQueue.checked(model, prompts, true), prompts).finish();
        }
        List<RequestQueue> checked =
                prompts.stream().map(prompt -> read(prompt, true)).toList();
        List<Generation> all = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            all.addAll(one(checked.get(i), prompts.get(i).config()).finish());
        }
        return all;
    }

    /** Each prompt's result: together, but for those that need the places of a batch for themselves. */
    public List<GenerationResult> each(List<GenerationRequest> asked) {
        List<GenerationRequest> prompts =
                asked.stream().map(prompt -> wholeIfPossible(prompt)).toList();
        List<GenerationRequest> plain = prompts.stream()
                .filter(prompt -> !BatchCompatibility.alone(prompt.config()))
                .toList();
        List<GenerationResult> results = new ArrayList<>();
        try (GenerationRun run = together(RequestQueue.lazy(model, plain.iterator(), Integer.MAX_VALUE, true), plain)) {
            Iterator<GenerationResult> together = run.results();
            for (GenerationRequest prompt : prompts) {
                results.add(BatchCompatibility.alone(prompt.config()) ? result(prompt) : together.next());
            }
        }
        return results;
    }

    /** With the model's own defaults; one that they do not go with fails in its turn. */
    private GenerationRequest wholeIfPossible(GenerationRequest prompt) {
        try {
            return model.whole(prompt);
        } catch (IllegalArgumentException e) {
            return prompt;
        }
    }

    private GenerationResult result(GenerationRequest prompt) {
        try {
            return new GenerationResult(one(model.whole(prompt)).finish(), null);
        } catch (Throwable e) {
            return new GenerationResult(List.of(), e);
        }
    }

    private GenerationRun together(RequestQueue requests, List<GenerationRequest> prompts) {
        long places = prompts.stream()
                .mapToLong(prompt -> prompt.config().get(NUM_RETURN_SEQUENCES))
                .sum();
        int most = (int) Math.min(Integer.MAX_VALUE, places);
        return new GenerationRun(requests, new TokenLoop(model.decoder(), requests, most, ahead(model)));
    }

    /** Steps that a GPU may be ahead where nobody waits for each token: then it need not wait for Java either. */
    public static int ahead(LoadedModel model) {
        return model.device().kind() == DeviceChoice.Kind.GPU ? STEPS_AHEAD : 0;
    }

    /** A request for one sequence, which tells all options. */
    public GenerationRequest single(Prompt prompt, GenerationConfig asked) {
        GenerationConfig config = model.whole(asked);
        int sequences = config.get(NUM_RETURN_SEQUENCES);
        if (sequences != 1) {
            throw InvalidOptionException.value(NUM_RETURN_SEQUENCES, sequences, "1 here")
                    .withAdvice("generateAll returns several");
        }
        return new GenerationRequest(prompt, config);
    }

    /** One prompt. */
    public GenerationRun one(GenerationRequest prompt) {
        return one(read(prompt, true), prompt.config());
    }

    private GenerationRun one(RequestQueue requests, GenerationConfig config) {
        return new GenerationRun(requests, loop(model.decoder(), requests, config, ahead(model)));
    }

    /**
     * One prompt with a smaller model that guesses.
     *
     * @param keeps whether the tokens are kept for a {@link Generation}
     */
    public GenerationRun assisted(LoadedModel assistant, GenerationRequest prompt, boolean keeps) {
        int size = model.config().vocabularySize();
        if (assistant.config().vocabularySize() != size) {
            throw new IllegalArgumentException(
                    "the assistant has " + assistant.config().vocabularySize() + " tokens and the model " + size
                            + ", expected the same vocabulary");
        }
        for (GenerationOption<?> option : List.of(PROMPT_LOOKUP_NUM_TOKENS, CONTEXT_POLICY, NUM_BEAMS, PENALTY_ALPHA)) {
            Object value = prompt.config().get(option);
            if (!value.equals(option.defaultValue())) {
                throw InvalidOptionException.value(option, value, option.defaultValue(), " with an assistant model")
                        .withAdvice("leave one of them out");
            }
        }
        RequestQueue requests = read(prompt, keeps);
        Request request = requests.next();
        AssistantModel guesses = new AssistantModel(assistant.decoder(), request, ASSISTANT_TOKENS);
        return new GenerationRun(requests, new DraftLoop(model.decoder(), request, guesses));
    }

    /**
     * One prompt, whose tokens are handed out as they come.
     *
     * @param keeps whether the tokens are kept for a {@link Generation} too
     */
    public GenerationRun streamed(GenerationRequest prompt, boolean keeps) {
        int beams = prompt.config().get(NUM_BEAMS);
        if (beams > 1) {
            throw InvalidOptionException.value(
                            NUM_BEAMS,
                            beams,
                            "1 where each token is handed out as it comes: a beam search has no token before its end")
                    .withAdvice("use generate or generateAll");
        }
        RequestQueue requests = read(prompt, keeps);
        return new GenerationRun(requests, loop(model.decoder(), requests, prompt.config(), Math.min(1, ahead(model))));
    }

    /** Any number of prompts, looked at when there is a place for them. */
    public GenerationRun queued(Iterator<GenerationRequest> prompts, int places) {
        RequestQueue requests = RequestQueue.lazy(model, prompts, places, false);
        return new GenerationRun(requests, new TokenLoop(model.decoder(), requests, places));
    }

    private RequestQueue read(GenerationRequest prompt, boolean keeps) {
        return RequestQueue.checked(model, List.of(prompt), keeps);
    }

    private static Loop loop(Decoder decoder, RequestQueue requests, GenerationConfig config, int ahead) {
        if (config.get(PROMPT_LOOKUP_NUM_TOKENS) > 0) {
            return new DraftLoop(decoder, requests.next(), new PromptLookup(config.get(PROMPT_LOOKUP_NUM_TOKENS)));
        }
        if (config.get(NUM_BEAMS) > 1) {
            BeamOptions options = new BeamOptions(
                    config.get(NUM_BEAMS),
                    config.get(LENGTH_PENALTY),
                    config.get(EARLY_STOPPING) == EarlyStopping.TRUE,
                    config.get(EARLY_STOPPING) == EarlyStopping.NEVER);
            return new BeamLoop(decoder, requests.next(), options);
        }
        if (config.get(PENALTY_ALPHA) > 0) {
            return new ContrastiveLoop(decoder, requests.next(), config.get(PENALTY_ALPHA), config.get(TOP_K));
        }
        return new TokenLoop(decoder, requests, config.get(NUM_RETURN_SEQUENCES), ahead);
    }
}
