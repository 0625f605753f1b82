package io.github.gpt2djl;

import static io.github.gpt2djl.GenerationOption.*;

import io.github.gpt2djl.generation.AssistantModel;
import io.github.gpt2djl.generation.BeamLoop;
import io.github.gpt2djl.generation.BeamSearch;
import io.github.gpt2djl.generation.ContrastiveLoop;
import io.github.gpt2djl.generation.DraftLoop;
import io.github.gpt2djl.generation.Loop;
import io.github.gpt2djl.generation.PromptLookup;
import io.github.gpt2djl.generation.Request;
import io.github.gpt2djl.generation.Sampled;
import io.github.gpt2djl.generation.TokenLoop;
import io.github.gpt2djl.text.Detokenizer;
import io.github.gpt2djl.text.StopStrings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One call of the facade on its way: the token loop, and each row's text and reason to end. */
final class Run implements AutoCloseable {
    /** As in transformers; the number follows how well it does. */
    private static final int ASSISTANT_TOKENS = 20;

    private final Requests requests;
    private final Loop loop;
    private final int positions;
    /** Those that have not been given out. */
    private final Map<Integer, Row> rows = new HashMap<>();

    private int begun;
    private int givenOut;

    private boolean cancelled;

    /** What one sequence has so far. */
    private static final class Row {
        final Requests.Entry entry;
        final @Nullable Detokenizer pieces;
        final StopStrings stops;
        final List<Token> tokens = new ArrayList<>();
        boolean ended;
        boolean cancelled;

        Row(Requests.Entry entry, @Nullable Detokenizer pieces) {
            this.entry = entry;
            this.pieces = pieces;
            stops = new StopStrings(entry.config().get(STOP_STRINGS));
        }
    }

    private Run(Gpt2 gpt2, Requests requests, Loop loop) {
        positions = gpt2.config().positions();
        this.requests = requests;
        this.loop = loop;
    }

    /** Several prompts, all checked before anything is computed: together, or in turn if one of them searches. */
    static List<Generation> all(Gpt2 gpt2, List<GenerationRequest> prompts) {
        if (prompts.isEmpty()) {
            throw new IllegalArgumentException("found no prompt, expected at least one");
        }
        if (prompts.size() > 1 && prompts.stream().noneMatch(prompt -> searches(prompt.config()))) {
            return together(gpt2, prompts).finish();
        }
        List<Run> runs =
                prompts.stream().map(prompt -> start(gpt2, null, prompt)).toList();
        return runs.stream().flatMap(run -> run.finish().stream()).toList();
    }

    private static Run together(Gpt2 gpt2, List<GenerationRequest> prompts) {
        int places = 0;
        for (GenerationRequest prompt : prompts) {
            requirePlain(prompt.config(), prompts.size() + " prompts");
            places += prompt.config().get(NUM_RETURN_SEQUENCES);
        }
        Requests requests = new Requests(gpt2, prompts.iterator());
        requests.readAll();
        return new Run(gpt2, requests, new TokenLoop(gpt2.decoder(), requests, places));
    }

    /** One prompt, perhaps with a smaller model that guesses. */
    static Run start(Gpt2 gpt2, @Nullable Gpt2 assistant, GenerationRequest prompt) {
        GenerationConfig config = prompt.config();
        Requests requests = new Requests(gpt2, List.of(prompt).iterator());
        requests.readAll();
        if (assistant != null) {
            checkAssistant(gpt2, assistant, config);
            Request request = requests.next();
            AssistantModel guesses = new AssistantModel(assistant.decoder(), request, ASSISTANT_TOKENS);
            return new Run(gpt2, requests, new DraftLoop(gpt2.decoder(), request, guesses));
        }
        if (config.get(PROMPT_LOOKUP_NUM_TOKENS) > 0) {
            PromptLookup guesses = new PromptLookup(config.get(PROMPT_LOOKUP_NUM_TOKENS));
            return new Run(gpt2, requests, new DraftLoop(gpt2.decoder(), requests.next(), guesses));
        }
        if (config.get(NUM_BEAMS) > 1) {
            BeamSearch search = new BeamSearch(
                    config.get(NUM_BEAMS),
                    config.get(LENGTH_PENALTY),
                    config.get(EARLY_STOPPING) == EarlyStopping.TRUE,
                    config.get(EARLY_STOPPING) == EarlyStopping.NEVER);
            return new Run(gpt2, requests, new BeamLoop(gpt2.decoder(), requests.next(), search));
        }
        if (config.get(PENALTY_ALPHA) > 0) {
            Loop loop =
                    new ContrastiveLoop(gpt2.decoder(), requests.next(), config.get(PENALTY_ALPHA), config.get(TOP_K));
            return new Run(gpt2, requests, loop);
        }
        return new Run(gpt2, requests, new TokenLoop(gpt2.decoder(), requests, config.get(NUM_RETURN_SEQUENCES)));
    }

    /** One prompt, whose tokens are handed out as they come. */
    static Run stream(Gpt2 gpt2, @Nullable Gpt2 assistant, GenerationRequest prompt) {
        int beams = prompt.config().get(NUM_BEAMS);
        if (beams > 1) {
            throw new IllegalArgumentException(
                    "found numBeams " + beams + " where each token is handed out as it comes,"
                            + " expected 1: a beam search has no token before its end; use generate or generateAll");
        }
        return start(gpt2, assistant, prompt);
    }

    /** Any number of prompts, looked at when there is a place for them. */
    static Run start(Gpt2 gpt2, Iterator<Prompt> prompts, GenerationConfig config, int batchSize) {
        int sequences = config.get(NUM_RETURN_SEQUENCES);
        if (batchSize < sequences) {
            throw new IllegalArgumentException(
                    "batchSize is " + batchSize + ", expected at least " + sequences + ", the sequences of one prompt");
        }
        requirePlain(config, "a queue of prompts");
        if (searches(config)) {
            GenerationOption<?> option = config.get(NUM_BEAMS) > 1 ? NUM_BEAMS : PENALTY_ALPHA;
            throw new IllegalArgumentException("found a queue of prompts and " + option + " " + config.get(option)
                    + ", expected a list of prompts for it; use generateAll(List), which takes them in turn");
        }
        Requests requests = new Requests(gpt2, new Iterator<>() {
            @Override
            public boolean hasNext() {
                return prompts.hasNext();
            }

            @Override
            public GenerationRequest next() {
                return new GenerationRequest(prompts.next(), config);
            }
        });
        return new Run(gpt2, requests, new TokenLoop(gpt2.decoder(), requests, batchSize));
    }

    /** Whether a prompt needs the places of a batch for itself. */
    private static boolean searches(GenerationConfig config) {
        return config.get(NUM_BEAMS) > 1 || config.get(PENALTY_ALPHA) > 0;
    }

    private static void requirePlain(GenerationConfig config, String found) {
        int guesses = config.get(PROMPT_LOOKUP_NUM_TOKENS);
        if (guesses > 0) {
            throw new IllegalArgumentException(
                    "found " + found + " and promptLookupNumTokens " + guesses + ", expected one prompt for it");
        }
    }

    private static void checkAssistant(Gpt2 gpt2, Gpt2 assistant, GenerationConfig config) {
        int size = gpt2.config().vocabularySize();
        if (assistant.config().vocabularySize() != size) {
            throw new IllegalArgumentException(
                    "the assistant has " + assistant.config().vocabularySize() + " tokens and the model " + size
                            + ", expected the same vocabulary");
        }
        for (GenerationOption<?> option : List.of(PROMPT_LOOKUP_NUM_TOKENS, CONTEXT_POLICY, NUM_BEAMS, PENALTY_ALPHA)) {
            if (config.isSet(option)) {
                throw new IllegalArgumentException(
                        "found an assistant and " + option + " " + config.get(option) + ", expected only one of them");
            }
        }
    }

    /** All sequences in the prompts' order, each as soon as it and those before it are complete. */
    Iterator<Generation> results() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                while (!ready() && advance()) {}
                if (!ready() && !cancelled) {
                    // A prompt that could not be used: those before it have been given out.
                    requests.rethrow();
                }
                return ready();
            }

            @Override
            public Generation next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("all sequences have been given out");
                }
                Row next = Objects.requireNonNull(rows.remove(givenOut));
                return generation(next, loop.score(givenOut++));
            }
        };
    }

    /** All sequences. */
    List<Generation> finish() {
        try (this) {
            List<Generation> all = new ArrayList<>();
            results().forEachRemaining(all::add);
            return all;
        }
    }

    /** The only sequence, each token handed out as it comes. */
    Generation finish(Consumer<Token> tokens) {
        try (this) {
            for (Token token = next(); token != null; token = next()) {
                tokens.accept(token);
            }
            return results().next();
        }
    }

    /** Chooses the next tokens; tells whether there were any. */
    private synchronized boolean advance() {
        if (!going()) {
            return false;
        }
        loop.next().forEach(this::token);
        return true;
    }

    /** The next token of a run of one row; null at the end. */
    synchronized @Nullable Token next() {
        return going() ? token(loop.next().get(0)) : null;
    }

    /** Whether there are tokens to come. */
    synchronized boolean hasNext() {
        return going();
    }

    /** The same; an interrupted thread ends them all. */
    private boolean going() {
        if (!cancelled && loop.hasNext() && Thread.currentThread().isInterrupted()) {
            cancelled = true;
            requests.giveRest();
            while (requests.hasBegun()) {
                begin();
            }
            for (Row row : rows.values()) {
                row.cancelled = !row.ended;
                row.ended = true;
            }
            loop.close();
        }
        return !cancelled && loop.hasNext();
    }

    /** Ends the run; one that is in the middle of a step on another thread, after that step. */
    @Override
    public synchronized void close() {
        loop.close();
    }

    private boolean ready() {
        Row next = rows.get(givenOut);
        return next != null && next.ended;
    }

    private Token token(Sampled sampled) {
        while (begun <= sampled.row()) {
            begin();
        }
        Row row = Objects.requireNonNull(rows.get(sampled.row()));
        String text =
                row.pieces == null ? "" : row.stops.add(row.pieces.add(sampled.id(), sampled.last()), sampled.last());
        if (row.stops.found() && !sampled.last()) {
            loop.end(sampled.row());
        }
        Token token = new Token(sampled.id(), text, sampled.logProbability(), sampled.top(), sampled.trace());
        row.tokens.add(token);
        row.ended = sampled.last() || row.stops.found();
        return token;
    }

    private void begin() {
        Requests.Entry entry = requests.begun();
        for (int copy = 0; copy < entry.request().copies(); copy++) {
            rows.put(begun++, new Row(entry, requests.detokenizer(entry)));
        }
    }

    private Generation generation(Row row, OptionalDouble score) {
        StringBuilder text = new StringBuilder();
        row.tokens.forEach(t -> text.append(t.text()));
        if (row.cancelled) {
            text.append(row.stops.add("", true));
        }
        return new Generation(
                Gpt2.boxed(row.entry.request().prompt()),
                row.tokens,
                text.toString(),
                reason(row),
                row.entry.seed(),
                loop.drafted(),
                loop.accepted(),
                slides(row),
                score);
    }

    private static FinishReason reason(Row row) {
        if (row.cancelled) {
            return FinishReason.CANCELLED;
        }
        if (row.stops.found()) {
            return FinishReason.STOP;
        }
        int last = row.tokens.get(row.tokens.size() - 1).id();
        if (row.entry.request().decoding().eosIds().contains(last)) {
            return FinishReason.EOS;
        }
        return row.tokens.size() < row.entry.asked() ? FinishReason.CONTEXT : FinishReason.LENGTH;
    }

    /** How often the loop has begun anew with the last ids of a row. */
    private int slides(Row row) {
        Request request = row.entry.request();
        int held = request.start(positions).length;
        int slides = 0;
        for (int token = 1; token < row.tokens.size(); token++) {
            boolean full = held == positions;
            held = full ? request.decoding().keep() : held + 1;
            slides += full ? 1 : 0;
        }
        return slides;
    }
}
