package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.internal.decoder.Decoder;
import io.github.gpt2djl.internal.decoder.RunningBatch;
import io.github.gpt2djl.internal.sampling.HighestScores;
import io.github.gpt2djl.sampling.ProcessedSampler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Beam search for one prompt: looks for the most probable texts by following several texts at once.
 *
 * <p>Each {@link #next()} is one step. The last step returns the tokens of all sequences; the other steps return none.
 *
 * <pre>{@code
 * try (BeamLoop loop = new BeamLoop(decoder, request, new BeamOptions(4, 1, false, false))) {
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
    private final Prefixes prefixes;
    private final BeamSet beams;
    private final HighestScores highest;
    private final float[] scores;
    private final LoopMemory<RunningBatch> memory;

    /**
     * Computes nothing before the first {@link #next()}.
     *
     * @param decoder the model
     * @param request with at most as many copies as beams
     * @param options the number of beams, and the condition that ends the search
     */
    public BeamLoop(Decoder decoder, Request request, BeamOptions options) {
        this(decoder, request, options, Prefixes.NONE);
    }

    /**
     * Makes a search that takes what is known of the prompt.
     *
     * @param decoder the model
     * @param request with at most as many copies as beams
     * @param options the number of beams, and the condition that ends the search
     * @param prefixes the texts whose beginnings are known
     */
    public BeamLoop(Decoder decoder, Request request, BeamOptions options, Prefixes prefixes) {
        this.prefixes = prefixes;
        this.decoder = decoder;
        this.request = request;
        beams = new BeamSet(options, request.prompt(), request.decoding().eosIds(), request.limit());
        highest = new HighestScores(beams.candidates());
        scores = new float[decoder.vocabulary()];
        memory = new LoopMemory<>(() -> decoder.batch(options.beams()), RunningBatch::close);
    }

    @Override
    public boolean hasNext() {
        return !memory.isClosed();
    }

    @Override
    public List<SampledToken> next() {
        RunningBatch batch = memory.get();
        if (batch.rows() == 0) {
            decoder.check(List.of(request.prompt()));
            PromptStart.join(batch, request.prompt(), request.room(decoder.positions()), prefixes);
        } else {
            batch.step(beams.running().stream().mapToInt(Beam::last).toArray());
        }
        List<Beam> before = beams.running();
        beams.advance(candidates(batch));
        if (beams.ended()) {
            close();
            return sequences();
        }
        reorder(batch, before);
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
        memory.close();
    }

    /** The best continuations of all running beams. */
    private List<Beam> candidates(RunningBatch batch) {
        List<Beam> running = beams.running();
        for (int place = 0; place < running.size(); place++) {
            Beam beam = running.get(place);
            float logSumExp = batch.logSumExp(place);
            batch.logits(place).get(0, scores);
            for (int id = 0; id < scores.length; id++) {
                scores[id] -= logSumExp;
            }
            ProcessedSampler.process(
                    request.decoding().processors(), scores, request.view(beam.ids(), beam.ids().length));
            highest.look(scores, beam.score(), place * scores.length);
        }
        List<Beam> best = new ArrayList<>();
        for (long key : highest.take()) {
            int place = HighestScores.number(key) / scores.length;
            int id = HighestScores.number(key) % scores.length;
            double logProbability = batch.logit(place, id) - batch.logSumExp(place);
            best.add(running.get(place).with(place, id, logProbability, HighestScores.score(key)));
        }
        return best;
    }

    /** Moves the batch's rows to the beams that go on. The first tokens that all changed rows share stay in place. */
    private void reorder(RunningBatch batch, List<Beam> before) {
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
        batch.reorder(after.stream().mapToInt(Beam::source).toArray(), same);
    }

    private List<SampledToken> sequences() {
        int found = beams.complete().size();
        if (found < request.copies()) {
            throw new IllegalStateException("beam search found " + found + " sequences that the rules allow, expected "
                    + request.copies() + "; relax the rules, or ask for fewer sequences");
        }
        List<SampledToken> tokens = new ArrayList<>();
        for (int row = 0; row < request.copies(); row++) {
            Beam beam = beams.complete().get(row);
            for (int i = 0; i < beam.tokens(); i++) {
                tokens.add(new SampledToken(
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
