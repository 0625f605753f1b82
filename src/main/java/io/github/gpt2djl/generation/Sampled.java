package io.github.gpt2djl.generation;

import io.github.gpt2djl.sampling.StepTrace;
import io.github.gpt2djl.sampling.TokenProbability;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One chosen token.
 *
 * <pre>{@code
 * try (Loop loop = new TokenLoop(decoder, List.of(request).iterator(), 1)) {
 *     for (Sampled token : loop.next()) {
 *         System.out.printf("row %d: %d (%.2f)%n", token.row(), token.id(), Math.exp(token.logProbability()));
 *     }
 * }
 * }</pre>
 *
 * @param row its sequence, counted in the order of the requests, copies side by side
 * @param id the token
 * @param logProbability under the model itself, before temperature and any rule
 * @param top the likeliest tokens under the model itself, if they were asked for
 * @param trace how it was chosen, if that was asked for
 * @param last whether it ends its row
 */
public record Sampled(
        int row,
        int id,
        double logProbability,
        List<TokenProbability> top,
        @Nullable StepTrace trace,
        boolean last) {}
