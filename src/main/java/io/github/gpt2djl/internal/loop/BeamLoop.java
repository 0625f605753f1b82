package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.internal.decoder.Decoder;
import io.github.gpt2djl.internal.decoder.KvCache;
import io.github.gpt2djl.internal.sampling.HighestScores;
import io.github.gpt2djl.sampling.Processed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Beam search for one prompt: the most probable texts, as far as following several at once finds them.
 *
 * <p>Each {@link #next()} is a step; the last one hands out the tokens of all sequences, the others none.
 *
 * <pre>{@code
 * try (BeamLoop loop = new BeamLoop(decoder, request, new BeamSearch(4, 1, false, false))) {
 *     while (loop.hasNext()) {
 *         loop.next().forEach(token -> System.out.println(token.id()));
 *     }
 *     System.out.println(loop.score(0));
 * }
 * }</pre>
 */
public final class BeamLoop implements Loop {
    private final Decoder decoder;
    private final Request request;
    private final BeamSearch search;
    private final Beams beams;
    private final HighestScores highest;
    private final float[] scores;
    private @Nullable KvCache cache;
    private boolean ended;

    /**
     * Nothing is computed before the first {@link #next()}.
     *
     * @param decoder the model
     * @param request with no more copies than beams
     * @param search beams and what ends them
     */
    public BeamLoop(Decoder decoder, Request request, BeamSearch search) {
        this.decoder = decoder;
        this.request = request;
        this.search = search;
        beams = new Beams(search, request.prompt(), request.decoding().eosIds(), request.limit());
        highest = new HighestScores(beams.candidates());
        scores = new float[decoder.vocabulary()];
    }

    @Override
    public boolean hasNext() {
        return !ended;
    }

    @Override
    public List<Sampled> next() {
        if (ended) {
            throw new NoSuchElementException("the search has ended");
        }
        KvCache state = cache;
        if (state == null) {
            state = begin();
        } else {
            state.step(beams.running().stream().mapToInt(Beam::last).toArray());
        }
        List<Beam> before = beams.running();
        beams.advance(candidates(state));
        if (beams.ended()) {
            close();
            return sequences();
        }
        reorder(state, before);
        return List.of();
    }

    @Override
    public void end(int row) {
        close();
    }

    @Override
    public OptionalDouble score(int row) {
        return row < beams.complete().size()
                ? OptionalDouble.of(beams.complete().get(row).score())
                : OptionalDouble.empty();
    }

    @Override
    public void close() {
        ended = true;
        if (cache != null) {
            cache.close();
        }
    }

    private KvCache begin() {
        List<int[]> prompt = List.of(request.prompt());
        decoder.check(prompt);
        KvCache state = decoder.cache(search.beams());
        cache = state;
        state.join(prompt, 1, request.room(decoder.positions()));
        return state;
    }

    /** The best continuations of all running beams. */
    private List<Beam> candidates(KvCache state) {
        List<Beam> running = beams.running();
        for (int place = 0; place < running.size(); place++) {
            Beam beam = running.get(place);
            float logSumExp = state.logSumExp(place);
            state.logits(place).get(0, scores);
            for (int id = 0; id < scores.length; id++) {
                scores[id] -= logSumExp;
            }
            Processed.process(request.decoding().processors(), scores, request.view(beam.ids(), beam.ids().length));
            highest.look(scores, beam.score(), place * scores.length);
        }
        List<Beam> best = new ArrayList<>();
        for (long key : highest.take()) {
            int place = HighestScores.number(key) / scores.length;
            int id = HighestScores.number(key) % scores.length;
            double logProbability = state.logit(place, id) - state.logSumExp(place);
            best.add(running.get(place).with(place, id, logProbability, HighestScores.score(key)));
        }
        return best;
    }

    /** The cache's rows become the beams that go on; what all that change have in common stays where it is. */
    private void reorder(KvCache state, List<Beam> before) {
        List<Beam> after = beams.running();
        int same = request.prompt().length + before.get(0).tokens();
        for (int place = 0; place < after.size(); place++) {
            int source = after.get(place).source();
            if (place >= before.size()) {
                same = 0;
            } else if (source != place) {
                int differs = Arrays.mismatch(
                        before.get(place).ids(), before.get(source).ids());
                same = Math.min(same, differs);
            }
        }
        state.reorder(after.stream().mapToInt(Beam::source).toArray(), same);
    }

    private List<Sampled> sequences() {
        int found = beams.complete().size();
        if (found < request.copies()) {
            throw new IllegalStateException("beam search found " + found + " sequences that the rules allow, expected "
                    + request.copies() + "; relax the rules, or ask for fewer sequences");
        }
        List<Sampled> tokens = new ArrayList<>();
        for (int row = 0; row < request.copies(); row++) {
            Beam beam = beams.complete().get(row);
            for (int i = 0; i < beam.tokens(); i++) {
                tokens.add(new Sampled(
                        row,
                        beam.ids()[request.prompt().length + i],
                        beam.logProbabilities()[i],
                        List.of(),
                        null,
                        i == beam.tokens() - 1));
            }
        }
        return tokens;
    }
}
