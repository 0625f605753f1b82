package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.internal.decoder.CandidateCache;
import io.github.gpt2djl.internal.decoder.Decoder;
import io.github.gpt2djl.internal.sampling.HighestScores;
import io.github.gpt2djl.sampling.ProcessedSampler;
import io.github.gpt2djl.sampling.TokenProbability;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Contrastive search for one row: of the k likeliest tokens the one with the highest (1 - alpha) p - alpha s, where s
 * is the largest cosine between its last hidden state and the last hidden states of all earlier tokens.
 *
 * <p>As transformers' {@code _contrastive_search} (up to 4.x), except that a token which the rules ban is not a
 * candidate.
 *
 * <pre>{@code
 * try (ContrastiveLoop loop = new ContrastiveLoop(decoder, request, 0.6, 4)) {
 *     while (loop.hasNext()) {
 *         System.out.println(loop.next().get(0).id());
 *     }
 * }
 * }</pre>
 *
 * @see <a href="https://arxiv.org/abs/2202.06417">Su et al. 2022</a>
 */
public final class ContrastiveLoop implements Loop {
    private final Decoder decoder;
    private final Request request;
    private final double alpha;
    private final int k;
    private final HighestScores highest;
    private final float[] scores;
    private final int[] ids;
    private int length;
    private final LoopMemory<CandidateCache> memory;

    /**
     * Computes nothing before the first {@link #next()}.
     *
     * @param decoder the model
     * @param request with one copy; its last token needs a position too
     * @param alpha 0 to 1
     * @param k at least 2; all tokens if there are fewer
     */
    public ContrastiveLoop(Decoder decoder, Request request, double alpha, int k) {
        this.decoder = decoder;
        this.request = request;
        this.alpha = alpha;
        this.k = Math.min(k, decoder.vocabulary());
        highest = new HighestScores(this.k);
        scores = new float[decoder.vocabulary()];
        length = request.prompt().length;
        ids = Arrays.copyOf(request.prompt(), length + request.limit());
        memory = new LoopMemory<>(this::candidates, CandidateCache::close);
    }

    @Override
    public boolean hasNext() {
        return !memory.isClosed();
    }

    @Override
    public List<SampledToken> next() {
        CandidateCache state = memory.get();
        if (length == request.prompt().length) {
            state.begin(request.prompt());
        }
        FloatBuffer logits = state.logits();
        double logSum = process(logits, state.logSumExp());
        highest.look(scores, 0, 0);
        long[] best = highest.take();
        if (best.length == 0) {
            throw new IllegalStateException("no token is left: the rules have banned all " + scores.length
                    + "; expected at least one that may follow");
        }
        int[] candidates = Arrays.stream(best).mapToInt(HighestScores::number).toArray();
        double[] logProbabilities = new double[candidates.length];
        for (int i = 0; i < candidates.length; i++) {
            logProbabilities[i] = logits.get(candidates[i]) - state.logSumExp();
        }
        List<TokenProbability> top = TokenProbability.top(
                logits, state.logSumExp(), request.decoding().topLogprobs());
        state.look(candidates);
        int chosen = choose(state, best, logSum);
        int id = candidates[chosen];
        state.keep(chosen);
        ids[length++] = id;
        boolean last = length == ids.length || request.decoding().eosIds().contains(id);
        if (last) {
            close();
        }
        return List.of(new SampledToken(0, id, logProbabilities[chosen], top, null, last));
    }

    @Override
    public void end(int row) {
        close();
    }

    @Override
    public void close() {
        memory.close();
    }

    private CandidateCache candidates() {
        decoder.check(List.of(request.prompt()));
        return decoder.candidates(k, ids.length);
    }

    /** Applies the rules to the scores. Returns the logarithm of the sum of their exponentials. */
    private double process(FloatBuffer logits, double logSumExp) {
        logits.get(0, scores);
        if (request.decoding().processors().isEmpty()) {
            return logSumExp;
        }
        ProcessedSampler.process(request.decoding().processors(), scores, request.view(ids, length));
        float most = Float.NEGATIVE_INFINITY;
        for (float score : scores) {
            most = Math.max(most, score);
        }
        double sum = 0;
        for (float score : scores) {
            sum += Math.exp(score - most);
        }
        return most + Math.log(sum);
    }

    private int choose(CandidateCache state, long[] best, double logSum) {
        int chosen = 0;
        double highestScore = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < best.length; i++) {
            double p = Math.exp(HighestScores.score(best[i]) - logSum);
            double score = (1 - alpha) * p - alpha * state.maxCosine(i);
            if (score > highestScore) {
                highestScore = score;
                chosen = i;
            }
        }
        return chosen;
    }
}
