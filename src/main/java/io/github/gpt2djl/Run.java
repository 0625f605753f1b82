package io.github.gpt2djl;

import io.github.gpt2djl.generation.AssistantModel;
import io.github.gpt2djl.generation.DraftLoop;
import io.github.gpt2djl.generation.Loop;
import io.github.gpt2djl.generation.PromptLookup;
import io.github.gpt2djl.generation.Request;
import io.github.gpt2djl.generation.Sampled;
import io.github.gpt2djl.generation.TokenLoop;
import io.github.gpt2djl.text.Detokenizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One call of the facade on its way: the token loop, and each row's text and reason to end. */
final class Run implements AutoCloseable {
    /** As in transformers; the number follows how well it does. */
    private static final int ASSISTANT_TOKENS = 20;

    private final Requests requests;
    private final Loop loop;
    /** Those that have not been given out. */
    private final Map<Integer, Row> rows = new HashMap<>();

    private int begun;
    private int givenOut;

    /** What one sequence has so far. */
    private static final class Row {
        final Requests.Entry entry;
        final @Nullable Detokenizer pieces;
        final List<Token> tokens = new ArrayList<>();
        boolean ended;

        Row(Requests.Entry entry, @Nullable Detokenizer pieces) {
            this.entry = entry;
            this.pieces = pieces;
        }
    }

    private Run(Requests requests, Loop loop) {
        this.requests = requests;
        this.loop = loop;
    }

    /** Several prompts, all checked before anything is computed. */
    static Run start(Gpt2 gpt2, List<Prompt> prompts, GenerationConfig config) {
        if (prompts.isEmpty()) {
            throw new IllegalArgumentException("found no prompt, expected at least one");
        }
        if (prompts.size() == 1) {
            return start(gpt2, null, prompts.get(0), config);
        }
        requirePlain(config, prompts.size() + " prompts");
        Requests requests = new Requests(gpt2, config, prompts.iterator());
        requests.readAll();
        TokenLoop loop = new TokenLoop(gpt2.decoder(), requests, prompts.size() * config.numReturnSequences());
        return new Run(requests, loop);
    }

    /** One prompt, perhaps with a smaller model that guesses. */
    static Run start(Gpt2 gpt2, @Nullable Gpt2 assistant, Prompt prompt, GenerationConfig config) {
        Requests requests = new Requests(gpt2, config, List.of(prompt).iterator());
        requests.readAll();
        if (assistant != null) {
            checkAssistant(gpt2, assistant, config);
            Request request = requests.next();
            AssistantModel guesses =
                    new AssistantModel(assistant.decoder(), assistant.config().positions(), request, ASSISTANT_TOKENS);
            return new Run(requests, new DraftLoop(gpt2.decoder(), request, guesses));
        }
        if (config.promptLookupNumTokens() > 0) {
            PromptLookup guesses = new PromptLookup(config.promptLookupNumTokens());
            return new Run(requests, new DraftLoop(gpt2.decoder(), requests.next(), guesses));
        }
        return new Run(requests, new TokenLoop(gpt2.decoder(), requests, config.numReturnSequences()));
    }

    /** Any number of prompts, looked at when there is a place for them. */
    static Run start(Gpt2 gpt2, Iterator<Prompt> prompts, GenerationConfig config, int batchSize) {
        if (batchSize < config.numReturnSequences()) {
            throw new IllegalArgumentException("batchSize is " + batchSize + ", expected at least "
                    + config.numReturnSequences() + ", the sequences of one prompt");
        }
        requirePlain(config, "a queue of prompts");
        Requests requests = new Requests(gpt2, config, prompts);
        return new Run(requests, new TokenLoop(gpt2.decoder(), requests, batchSize));
    }

    private static void requirePlain(GenerationConfig config, String found) {
        if (config.promptLookupNumTokens() > 0) {
            throw new IllegalArgumentException("found " + found + " and promptLookupNumTokens "
                    + config.promptLookupNumTokens() + ", expected one prompt for it");
        }
    }

    private static void checkAssistant(Gpt2 gpt2, Gpt2 assistant, GenerationConfig config) {
        int size = gpt2.config().vocabularySize();
        if (assistant.config().vocabularySize() != size) {
            throw new IllegalArgumentException(
                    "the assistant has " + assistant.config().vocabularySize() + " tokens and the model " + size
                            + ", expected the same vocabulary");
        }
        if (config.promptLookupNumTokens() > 0) {
            throw new IllegalArgumentException(
                    "found an assistant and promptLookupNumTokens, expected only one of them");
        }
    }

    /** All sequences in the prompts' order, each as soon as it and those before it are complete. */
    Iterator<Generation> results() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                while (!ready() && loop.hasNext()) {
                    loop.next().forEach(Run.this::token);
                }
                if (!ready()) {
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
                return generation(Objects.requireNonNull(rows.remove(givenOut++)));
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

    /** The tokens of a run of one row, computed one by one. */
    Iterator<Token> singleRow() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return loop.hasNext();
            }

            @Override
            public Token next() {
                return token(loop.next().get(0));
            }
        };
    }

    @Override
    public void close() {
        loop.close();
    }

    private boolean ready() {
        Row next = rows.get(givenOut);
        return next != null && next.ended;
    }

    private Token token(Sampled sampled) {
        while (begun <= sampled.row()) {
            Requests.Entry entry = requests.begun();
            for (int copy = 0; copy < entry.request().copies(); copy++) {
                rows.put(begun++, new Row(entry, requests.detokenizer(entry)));
            }
        }
        Row row = Objects.requireNonNull(rows.get(sampled.row()));
        String text = row.pieces == null ? "" : row.pieces.add(sampled.id(), sampled.last());
        Token token = new Token(sampled.id(), text, sampled.logProbability());
        row.tokens.add(token);
        row.ended = sampled.last();
        return token;
    }

    private Generation generation(Row row) {
        StringBuilder text = new StringBuilder();
        row.tokens.forEach(t -> text.append(t.text()));
        return new Generation(
                Gpt2.boxed(row.entry.request().prompt()),
                row.tokens,
                text.toString(),
                reason(row),
                row.entry.seed(),
                loop.drafted(),
                loop.accepted());
    }

    private static FinishReason reason(Row row) {
        if (row.tokens.get(row.tokens.size() - 1).id() == row.entry.request().eosId()) {
            return FinishReason.EOS;
        }
        return row.tokens.size() < row.entry.asked() ? FinishReason.CONTEXT : FinishReason.LENGTH;
    }
}
