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
import io.github.gpt2djl.internal.decoder.RunningBatch;
import io.github.gpt2djl.internal.loop.AssistantModel;
import io.github.gpt2djl.internal.loop.BeamLoop;
import io.github.gpt2djl.internal.loop.BeamOptions;
import io.github.gpt2djl.internal.loop.ContrastiveLoop;
import io.github.gpt2djl.internal.loop.DraftLoop;
import io.github.gpt2djl.internal.loop.Loop;
import io.github.gpt2djl.internal.loop.LoopOptions;
import io.github.gpt2djl.internal.loop.Prefixes;
import io.github.gpt2djl.internal.loop.PromptLookup;
import io.github.gpt2djl.internal.loop.PromptStart;
import io.github.gpt2djl.internal.loop.RecomputingLoop;
import io.github.gpt2djl.internal.loop.Request;
import io.github.gpt2djl.internal.loop.TokenLoop;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;

/**
 * Starts runs: chooses the loop that computes what a config asks for, and rejects options that cannot be combined.
 *
 * @param model computes
 * @param prefixes the texts whose beginnings are known
 */
public record GenerationPlanner(LoadedModel model, Prefixes prefixes) {
    /**
     * The maximum number of tokens that an assistant guesses at once, as in transformers. The actual number follows the
     * success of the guesses.
     */
    private static final int ASSISTANT_TOKENS = 20;

    /** The number of steps ahead. Not more, because steps after the end of a text are wasted. */
    private static final int STEPS_AHEAD = 32;

    /**
     * Generates for several prompts, all checked before anything is computed. They run together, or in turn if one of
     * them searches.
     */
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

    /** Generates each prompt's result. Prompts run together, except those that need a loop for themselves. */
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

    /** Adds the model's own defaults. A prompt that they do not go with stays as it is, and fails in its turn. */
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
        return new GenerationRun(requests, new TokenLoop(model.decoder(), requests, options(most, ahead(model))));
    }

    /**
     * The number of steps that a GPU may be ahead if nobody waits for each token: then the GPU need not wait for Java
     * either.
     */
    public static int ahead(LoadedModel model) {
        return model.device().kind() == DeviceChoice.Kind.GPU ? STEPS_AHEAD : 0;
    }

    /** Makes a request for one sequence, whose config includes the model's own defaults. */
    public GenerationRequest single(Prompt prompt, GenerationConfig asked) {
        GenerationConfig config = model.whole(asked);
        int sequences = config.get(NUM_RETURN_SEQUENCES);
        if (sequences != 1) {
            throw InvalidOptionException.value(NUM_RETURN_SEQUENCES, sequences, "1 here")
                    .withAdvice("generateAll returns several");
        }
        return new GenerationRequest(prompt, config);
    }

    /** Starts a run of one prompt. */
    public GenerationRun one(GenerationRequest prompt) {
        return one(read(prompt, true), prompt.config());
    }

    private GenerationRun one(RequestQueue requests, GenerationConfig config) {
        return new GenerationRun(requests, loop(model.decoder(), requests, config, ahead(model)));
    }

    /**
     * Starts a run of one prompt with a smaller model that guesses.
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
        requirePlain(prompt.config(), " with an assistant model");
        RequestQueue requests = read(prompt, keeps);
        Request request = requests.next();
        AssistantModel guesses = new AssistantModel(assistant.decoder(), request, ASSISTANT_TOKENS);
        return new GenerationRun(requests, new DraftLoop(model.decoder(), request, guesses, prefixes));
    }

    /**
     * Starts a run of one prompt whose text is computed anew for each token.
     *
     * @param logits gives the logits after the last of some ids
     */
    public GenerationRun recomputed(GenerationRequest prompt, Function<int[], float[]> logits) {
        requirePlain(prompt.config(), " where the text is computed anew for each token");
        RequestQueue requests = read(prompt, true);
        return new GenerationRun(requests, new RecomputingLoop(requests.next(), logits));
    }

    private static void requirePlain(GenerationConfig config, String where) {
        for (GenerationOption<?> option : List.of(PROMPT_LOOKUP_NUM_TOKENS, CONTEXT_POLICY, NUM_BEAMS, PENALTY_ALPHA)) {
            Object value = config.get(option);
            if (!value.equals(option.defaultValue())) {
                throw InvalidOptionException.value(option, value, option.defaultValue(), where)
                        .withAdvice("leave one of them out");
            }
        }
    }

    /**
     * Starts a run of one prompt whose tokens are handed out as they come.
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

    /** Starts a run of any number of prompts, each looked at when there is a place for it. */
    public GenerationRun queued(Iterator<GenerationRequest> prompts, int places) {
        RequestQueue requests = RequestQueue.lazy(model, prompts, places, false);
        return new GenerationRun(
                requests, new TokenLoop(model.decoder(), requests, options(places, Math.min(1, ahead(model)))));
    }

    private LoopOptions options(int places, int ahead) {
        return new LoopOptions(places).withAhead(ahead).withPrefixes(prefixes);
    }

    /** Computes a text that is within the context, and remembers the text. */
    public void prefill(int[] ids) {
        try (RunningBatch batch = model.decoder().batch(1)) {
            PromptStart.join(batch, ids, ids.length, prefixes);
        }
    }

    private RequestQueue read(GenerationRequest prompt, boolean keeps) {
        return RequestQueue.checked(model, List.of(prompt), keeps);
    }

    private Loop loop(Decoder decoder, RequestQueue requests, GenerationConfig config, int ahead) {
        if (config.get(PROMPT_LOOKUP_NUM_TOKENS) > 0) {
            PromptLookup lookup = new PromptLookup(config.get(PROMPT_LOOKUP_NUM_TOKENS));
            return new DraftLoop(decoder, requests.next(), lookup, prefixes);
        }
        if (config.get(NUM_BEAMS) > 1) {
            BeamOptions options = new BeamOptions(
                    config.get(NUM_BEAMS),
                    config.get(LENGTH_PENALTY),
                    config.get(EARLY_STOPPING) == EarlyStopping.TRUE,
                    config.get(EARLY_STOPPING) == EarlyStopping.NEVER);
            return new BeamLoop(decoder, requests.next(), options, prefixes);
        }
        if (config.get(PENALTY_ALPHA) > 0) {
            return new ContrastiveLoop(decoder, requests.next(), config.get(PENALTY_ALPHA), config.get(TOP_K));
        }
        return new TokenLoop(decoder, requests, options(config.get(NUM_RETURN_SEQUENCES), ahead));
    }
}
