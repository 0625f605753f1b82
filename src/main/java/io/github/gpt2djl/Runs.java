package io.github.gpt2djl;

import static io.github.gpt2djl.GenerationOption.*;

import io.github.gpt2djl.decoder.Decoder;
import io.github.gpt2djl.decoder.DeviceChoice;
import io.github.gpt2djl.generation.AssistantModel;
import io.github.gpt2djl.generation.BeamLoop;
import io.github.gpt2djl.generation.BeamSearch;
import io.github.gpt2djl.generation.ContrastiveLoop;
import io.github.gpt2djl.generation.DraftLoop;
import io.github.gpt2djl.generation.Loop;
import io.github.gpt2djl.generation.PromptLookup;
import io.github.gpt2djl.generation.Request;
import io.github.gpt2djl.generation.TokenLoop;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Starts runs: which loop computes what a config asks for, and what it cannot be combined with. */
final class Runs {
    /** As in transformers; the number follows how well it does. */
    private static final int ASSISTANT_TOKENS = 20;

    /** The steps after a text's end are for nothing. */
    private static final int STEPS_AHEAD = 32;

    private Runs() {}

    /** Several prompts, all checked before anything is computed: together, or in turn if one of them searches. */
    static List<Generation> all(Gpt2 gpt2, List<GenerationRequest> prompts) {
        if (prompts.isEmpty()) {
            throw new IllegalArgumentException("found no prompt, expected at least one");
        }
        if (prompts.size() > 1 && prompts.stream().noneMatch(prompt -> searches(prompt.config()))) {
            prompts.forEach(prompt -> requirePlain(prompt.config(), prompts.size() + " prompts"));
            return together(gpt2, Requests.checked(gpt2, prompts, true), prompts)
                    .finish();
        }
        List<Requests> checked =
                prompts.stream().map(prompt -> read(gpt2, prompt, true)).toList();
        List<Generation> all = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            all.addAll(one(gpt2, checked.get(i), prompts.get(i).config()).finish());
        }
        return all;
    }

    /** Each prompt's result: together, but for those that need the places of a batch for themselves. */
    static List<GenerationResult> each(Gpt2 gpt2, List<GenerationRequest> asked) {
        List<GenerationRequest> prompts =
                asked.stream().map(prompt -> wholeIfPossible(gpt2, prompt)).toList();
        List<GenerationRequest> plain =
                prompts.stream().filter(prompt -> !alone(prompt.config())).toList();
        List<GenerationResult> results = new ArrayList<>();
        try (Run run = together(gpt2, Requests.lazy(gpt2, plain.iterator(), Integer.MAX_VALUE, true), plain)) {
            Iterator<GenerationResult> together = run.results();
            for (GenerationRequest prompt : prompts) {
                results.add(alone(prompt.config()) ? result(gpt2, prompt) : together.next());
            }
        }
        return results;
    }

    /** With the model's own defaults; one that they do not go with fails in its turn. */
    private static GenerationRequest wholeIfPossible(Gpt2 gpt2, GenerationRequest prompt) {
        try {
            return gpt2.whole(prompt);
        } catch (IllegalArgumentException e) {
            return prompt;
        }
    }

    private static GenerationResult result(Gpt2 gpt2, GenerationRequest prompt) {
        try {
            return new GenerationResult(one(gpt2, gpt2.whole(prompt)).finish(), null);
        } catch (Throwable e) {
            return new GenerationResult(List.of(), e);
        }
    }

    private static Run together(Gpt2 gpt2, Requests requests, List<GenerationRequest> prompts) {
        long places = prompts.stream()
                .mapToLong(prompt -> prompt.config().get(NUM_RETURN_SEQUENCES))
                .sum();
        int most = (int) Math.min(Integer.MAX_VALUE, places);
        return new Run(requests, new TokenLoop(gpt2.decoder(), requests, most, ahead(gpt2)));
    }

    /** Steps that a GPU may be ahead where nobody waits for each token: then it need not wait for Java either. */
    static int ahead(Gpt2 gpt2) {
        return gpt2.device().kind() == DeviceChoice.Kind.GPU ? STEPS_AHEAD : 0;
    }

    /** One prompt. */
    static Run one(Gpt2 gpt2, GenerationRequest prompt) {
        return one(gpt2, read(gpt2, prompt, true), prompt.config());
    }

    private static Run one(Gpt2 gpt2, Requests requests, GenerationConfig config) {
        return new Run(requests, loop(gpt2.decoder(), requests, config, ahead(gpt2)));
    }

    /**
     * One prompt with a smaller model that guesses.
     *
     * @param keeps whether the tokens are kept for a {@link Generation}
     */
    static Run assisted(Gpt2 gpt2, Gpt2 assistant, GenerationRequest prompt, boolean keeps) {
        int size = gpt2.config().vocabularySize();
        if (assistant.config().vocabularySize() != size) {
            throw new IllegalArgumentException(
                    "the assistant has " + assistant.config().vocabularySize() + " tokens and the model " + size
                            + ", expected the same vocabulary");
        }
        for (GenerationOption<?> option : List.of(PROMPT_LOOKUP_NUM_TOKENS, CONTEXT_POLICY, NUM_BEAMS, PENALTY_ALPHA)) {
            Object value = prompt.config().get(option);
            if (!value.equals(option.usual())) {
                throw InvalidOptionException.value(option, value, option.usual(), " with an assistant model")
                        .withAdvice("leave one of them out");
            }
        }
        Requests requests = read(gpt2, prompt, keeps);
        Request request = requests.next();
        AssistantModel guesses = new AssistantModel(assistant.decoder(), request, ASSISTANT_TOKENS);
        return new Run(requests, new DraftLoop(gpt2.decoder(), request, guesses));
    }

    /**
     * One prompt, whose tokens are handed out as they come.
     *
     * @param keeps whether the tokens are kept for a {@link Generation} too
     */
    static Run streamed(Gpt2 gpt2, GenerationRequest prompt, boolean keeps) {
        int beams = prompt.config().get(NUM_BEAMS);
        if (beams > 1) {
            throw InvalidOptionException.value(
                            NUM_BEAMS,
                            beams,
                            "1 where each token is handed out as it comes: a beam search has no token before its end")
                    .withAdvice("use generate or generateAll");
        }
        Requests requests = read(gpt2, prompt, keeps);
        return new Run(requests, loop(gpt2.decoder(), requests, prompt.config(), Math.min(1, ahead(gpt2))));
    }

    /** Any number of prompts, looked at when there is a place for them. */
    static Run queued(Gpt2 gpt2, Iterator<GenerationRequest> prompts, int places) {
        Requests requests = Requests.lazy(gpt2, prompts, places, false);
        return new Run(requests, new TokenLoop(gpt2.decoder(), requests, places));
    }

    /** Rejects what cannot share the places of a batch with what comes and goes. */
    static void checkQueued(GenerationConfig config, int places) {
        int sequences = config.get(NUM_RETURN_SEQUENCES);
        if (places < sequences) {
            throw InvalidOptionException.value(
                    NUM_RETURN_SEQUENCES, sequences, "at most ", places, ", the sequences that run at once");
        }
        requirePlain(config, "a queue of prompts");
        if (searches(config)) {
            GenerationOption<?> option = config.get(NUM_BEAMS) > 1 ? NUM_BEAMS : PENALTY_ALPHA;
            throw InvalidOptionException.value(option, config.get(option), option.usual(), " for a queue of prompts")
                    .withAdvice("use generateAll(List), which takes the prompts in turn");
        }
    }

    private static Requests read(Gpt2 gpt2, GenerationRequest prompt, boolean keeps) {
        return Requests.checked(gpt2, List.of(prompt), keeps);
    }

    private static Loop loop(Decoder decoder, Requests requests, GenerationConfig config, int ahead) {
        if (config.get(PROMPT_LOOKUP_NUM_TOKENS) > 0) {
            return new DraftLoop(decoder, requests.next(), new PromptLookup(config.get(PROMPT_LOOKUP_NUM_TOKENS)));
        }
        if (config.get(NUM_BEAMS) > 1) {
            BeamSearch search = new BeamSearch(
                    config.get(NUM_BEAMS),
                    config.get(LENGTH_PENALTY),
                    config.get(EARLY_STOPPING) == EarlyStopping.TRUE,
                    config.get(EARLY_STOPPING) == EarlyStopping.NEVER);
            return new BeamLoop(decoder, requests.next(), search);
        }
        if (config.get(PENALTY_ALPHA) > 0) {
            return new ContrastiveLoop(decoder, requests.next(), config.get(PENALTY_ALPHA), config.get(TOP_K));
        }
        return new TokenLoop(decoder, requests, config.get(NUM_RETURN_SEQUENCES), ahead);
    }

    /** Whether a prompt needs the places of a batch for itself. */
    private static boolean searches(GenerationConfig config) {
        return config.get(NUM_BEAMS) > 1 || config.get(PENALTY_ALPHA) > 0;
    }

    private static boolean alone(GenerationConfig config) {
        return searches(config) || config.get(PROMPT_LOOKUP_NUM_TOKENS) > 0;
    }

    private static void requirePlain(GenerationConfig config, String found) {
        int guesses = config.get(PROMPT_LOOKUP_NUM_TOKENS);
        if (guesses > 0) {
            throw InvalidOptionException.value(
                    PROMPT_LOOKUP_NUM_TOKENS, guesses, "0 for ", found, ": it serves one prompt");
        }
    }
}
