package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.sampling.StepTrace;
import io.github.gpt2djl.sampling.TokenProbability;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One chosen token, or the failure that ended a row instead.
 *
 * <pre>{@code
 * try (Loop loop = new TokenLoop(decoder, List.of(request).iterator(), 1)) {
 *     for (SampledToken token : loop.next()) {
 *         System.out.printf("row %d: %d (%.2f)%n", token.row(), token.id(), Math.exp(token.logProbability()));
 *     }
 * }
 * }</pre>
 *
 * @param row the number of its sequence, counted in the order of the requests, with the copies of a request in turn
 * @param id the token
 * @param logProbability under the model itself, before temperature and any rule
 * @param top the likeliest tokens under the model itself, if they were asked for
 * @param trace how the token was chosen, if a trace was asked for
 * @param last whether the token ends its row
 * @param failure why the row has no token and ends; null for a token
 */
public record SampledToken(
        int row,
        int id,
        double logProbability,
        List<TokenProbability> top,
        @Nullable StepTrace trace,
        boolean last,
        @Nullable Throwable failure) {
    SampledToken(
            int row,
            int id,
            double logProbability,
            List<TokenProbability> top,
            @Nullable StepTrace trace,
            boolean last) {
        this(row, id, logProbability, top, trace, last, null);
    }

    /** Ends a row that cannot go on. The row's neighbours can go on. */
    static SampledToken failed(int row, Throwable failure) {
        return new SampledToken(row, -1, Double.NaN, List.of(), null, true, failure);
    }
}
