package io.github.gpt2djl.internal.loop;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Generates one row without a cache: the whole text is computed for each token, by any function.
 *
 * <pre>{@code
 * int size = decoder.vocabulary();
 * try (Loop loop = new RecomputingLoop(
 *         request, ids -> Arrays.copyOfRange(decoder.logits(ids), (ids.length - 1) * size, ids.length * size))) {
 *     System.out.println(loop.next().get(0).id());
 * }
 * }</pre>
 */
public final class RecomputingLoop implements Loop {
    private final GeneratedSequence text;
    private final Function<int[], float[]> logits;
    private boolean closed;

    /**
     * Computes nothing before the first {@link #next()}.
     *
     * @param request with one copy
     * @param logits gives the logits [vocabulary] after the last of some ids
     */
    public RecomputingLoop(Request request, Function<int[], float[]> logits) {
        text = new GeneratedSequence(request, 0, 0);
        this.logits = logits;
    }

    @Override
    public boolean hasNext() {
        return !closed;
    }

    @Override
    public List<SampledToken> next() {
        float[] scores = logits.apply(Arrays.copyOf(text.ids(), text.length()));
        SampledToken token = text.choose(FloatBuffer.wrap(scores), logSumExp(scores));
        closed = token.last();
        return List.of(token);
    }

    private static float logSumExp(float[] scores) {
        float most = Float.NEGATIVE_INFINITY;
        for (float score : scores) {
            most = Math.max(most, score);
        }
        double sum = 0;
        for (float score : scores) {
            sum += Math.exp(score - most);
        }
        return (float) (most + Math.log(sum));
    }

    @Override
    public void end(int row) {
        close();
    }

    @Override
    public void close() {
        closed = true;
    }
}
