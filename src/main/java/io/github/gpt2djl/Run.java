package io.github.gpt2djl;

import static io.github.gpt2djl.GenerationOption.STOP_STRINGS;

import io.github.gpt2djl.generation.Loop;
import io.github.gpt2djl.generation.Request;
import io.github.gpt2djl.generation.Sampled;
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

    /** Computes nothing before the first question. */
    Run(Gpt2 gpt2, Requests requests, Loop loop) {
        positions = gpt2.config().positions();
        this.requests = requests;
        this.loop = loop;
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
