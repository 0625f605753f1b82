package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.internal.decoder.Decoder;
import io.github.gpt2djl.internal.decoder.RunningBatch;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * The token loop: prefill, then sample, feed back, decode. A sequence that ends leaves, and the next request takes its
 * place while the others go on ("continuous batching", Yu et al. 2022, Orca).
 *
 * <p>First the running rows take a step, in whose native call prompts join at the free places. Then a token is chosen
 * for each row. If a context is full, or the decoder takes steps ahead, prompts join after the step instead.
 *
 * <p>Not for use by several threads at once.
 *
 * <p>Eight requests in two places:
 *
 * <pre>{@code
 * List<SampledToken> tokens = new ArrayList<>();
 * try (TokenLoop loop = new TokenLoop(decoder, Collections.nCopies(8, request).iterator(), 2)) {
 *     while (loop.hasNext()) {
 *         tokens.addAll(loop.next());
 *     }
 * }
 * }</pre>
 */
public final class TokenLoop implements Loop {
    private final Admissions admissions;
    private final LoopCounter counter = new LoopCounter();
    private final RunningRows rows;
    private final KnownStarts known;
    private final Prefill prefill;
    private final SlidingContext sliding;
    private final StepsAhead ahead;

    /**
     * Computes nothing, and takes no request, before the first {@link #next()}.
     *
     * @param decoder the model
     * @param queue the requests, asked for as places become free; an exception of its {@code next()} is the result of
     *     that request
     * @param places maximum number of sequences that run at once
     */
    public TokenLoop(Decoder decoder, Iterator<Request> queue, int places) {
        this(decoder, queue, places, decoder.device().kind() == DeviceChoice.Kind.GPU ? 1 : 0);
    }

    /**
     * Makes a loop whose decoder may be ahead of the tokens that are handed out.
     *
     * @param decoder the model
     * @param queue the requests, asked for as places become free; an exception of its {@code next()} is the result of
     *     that request
     * @param places maximum number of sequences that run at once
     * @param ahead maximum number of steps that the decoder takes in one call, if it knows the rules of all running
     *     requests and so can choose their tokens by itself; 0: all tokens are chosen in Java
     */
    public TokenLoop(Decoder decoder, Iterator<Request> queue, int places, int ahead) {
        this(decoder, queue, new LoopOptions(places).withAhead(ahead));
    }

    /**
     * Makes a loop with these options.
     *
     * @param decoder the model
     * @param queue the requests, asked for as places become free; an exception of its {@code next()} is the result of
     *     that request
     * @param options the size of the batch, and the way in which prompts join
     */
    public TokenLoop(Decoder decoder, Iterator<Request> queue, LoopOptions options) {
        admissions = new Admissions(queue, decoder.positions());
        rows = new RunningRows(decoder, options.places());
        known = new KnownStarts(rows, options.prefixes());
        prefill = new Prefill(decoder, rows, counter, options.prefillChunk(), options.prefixes());
        sliding = new SlidingContext(rows, decoder.positions(), prefill, counter);
        ahead = new StepsAhead(rows, options.ahead(), decoder.positions());
    }

    @Override
    public boolean hasNext() {
        return !rows.isClosed() && (!rows.isEmpty() || prefill.isBusy() || admissions.hasNext());
    }

    @Override
    public List<SampledToken> next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the generation has ended");
        }
        // A closed model ends the loop here; later, it would count as a failure of the requests that join.
        rows.batch();
        List<SampledToken> tokens = new ArrayList<>();
        List<SampledToken> failed = new ArrayList<>();
        List<Admission> restarted = ahead.isEmpty() ? sliding.leaveFull() : List.of();
        boolean joinDuringStep = ahead.isOff() && restarted.isEmpty() && !rows.isEmpty();
        if (joinDuringStep) {
            prefill.add(admissions.take(freePlaces(), failed));
        }
        if (joinDuringStep && prefill.isBusy()) {
            prefill.advanceDuringStep(failed);
        } else if (ahead.isEmpty()) {
            step(!restarted.isEmpty());
        }
        choose(0, tokens);
        ahead.delivered();
        int first = rows.size();
        sliding.restart(restarted, failed);
        if (!joinDuringStep && ahead.isEmpty() && (restarted.isEmpty() || prefill.takesWholePrompts())) {
            prefill.add(admissions.take(freePlaces(), failed));
            prefill.advance(failed);
        }
        choose(first, tokens);
        tokens.addAll(failed);
        if (!hasNext()) {
            close();
        }
        return tokens;
    }

    private int freePlaces() {
        return rows.freePlaces() - prefill.reserved();
    }

    /** @param onlyOne whether a row waits for the end of the step */
    private void step(boolean onlyOne) {
        if (!rows.isEmpty()) {
            long start = System.nanoTime();
            if (!ahead.take(onlyOne)) {
                rows.step();
            }
            counter.addNative(start);
        }
    }

    /** Chooses a token for each row from place {@code first} on. Rows that end leave. */
    private void choose(int first, List<SampledToken> tokens) {
        int before = tokens.size();
        for (int place = first; place < rows.size(); place++) {
            tokens.add(choose(place));
        }
        // Goes backwards, so that a row that moves to a free place has already been looked at.
        for (int place = rows.size() - 1; place >= first; place--) {
            if (tokens.get(before + place - first).last()) {
                leave(place);
            }
        }
    }

    private void leave(int place) {
        known.remember(place);
        rows.leave(place);
    }

    /** Chooses a row's token. A failure here concerns only this row: its rules, its text, its logits. */
    private SampledToken choose(int place) {
        LoopRow row = rows.get(place);
        try {
            SampledToken token = ahead.isEmpty() ? sample(place, row) : ahead.deliver(row);
            rows.setLastId(place, token.id());
            return token;
        } catch (Throwable e) {
            return SampledToken.failed(row.text.number(), e);
        }
    }

    private SampledToken sample(int place, LoopRow row) {
        RunningBatch batch = rows.batch();
        FloatBuffer logits = batch.logits(place);
        float logSumExp = batch.logSumExp(place);
        long start = System.nanoTime();
        try {
            return row.text.choose(logits, logSumExp);
        } finally {
            counter.addSampling(start);
        }
    }

    @Override
    public void end(int row) {
        admissions.end(row);
        prefill.end(row);
        for (int place = 0; place < rows.size(); place++) {
            if (rows.get(place).text.number() == row) {
                leave(place);
            }
        }
        if (!hasNext()) {
            close();
        }
    }

    @Override
    public LoopStatistics statistics() {
        return counter.statistics();
    }

    /** Frees the batch and ends the loop. */
    @Override
    public void close() {
        if (!rows.isClosed()) {
            known.rememberAll();
            prefill.close();
        }
        rows.close();
    }
}
