package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.internal.decoder.DeviceSampling;
import io.github.gpt2djl.internal.decoder.SampledBlock;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Several steps that the decoder takes in one native call, choosing the tokens by itself. The steps are delivered one
 * by one, and meanwhile no row joins.
 */
final class StepsAhead {
    private final RunningRows rows;
    private final int max;
    private final int positions;
    private @Nullable SampledBlock precomputed;
    private int deliveredSteps;

    /** @param max maximum number of steps in one call; 0: the decoder chooses no token */
    StepsAhead(RunningRows rows, int max, int positions) {
        this.rows = rows;
        this.max = max;
        this.positions = positions;
    }

    boolean isOff() {
        return max == 0;
    }

    /** Whether all steps have been delivered. */
    boolean isEmpty() {
        return precomputed == null;
    }

    /**
     * Takes steps, at most until a row is complete or full.
     *
     * @param onlyOne whether to take at most one step, because a row waits for the end of the step
     * @return whether a step was taken; false if the decoder does not know the rules of a row
     */
    boolean take(boolean onlyOne) {
        int steps = onlyOne ? Math.min(max, 1) : max;
        for (LoopRow row : rows.all()) {
            if (row.deviceSampling == null) {
                return false;
            }
            int left = row.text.request().limit() - row.text.tokens();
            steps = Math.min(steps, Math.min(left, positions - row.computed));
        }
        if (steps == 0) {
            return false;
        }
        SampledBlock block = rows.batch().steps(rows.lastIds(), samplings(), draws(steps), eosIds());
        for (int place = 0; place < rows.size(); place++) {
            rows.get(place).column = place;
            rows.get(place).computed += block.steps();
        }
        precomputed = block;
        deliveredSteps = 0;
        return true;
    }

    private List<DeviceSampling> samplings() {
        return rows.all().stream()
                .map(row -> Objects.requireNonNull(row.deviceSampling))
                .toList();
    }

    /** The random numbers, [steps, rows]. */
    private double[][] draws(int steps) {
        double[][] draws = new double[steps][rows.size()];
        for (int step = 0; step < steps; step++) {
            for (int place = 0; place < rows.size(); place++) {
                draws[step][place] = rows.get(place).text.draw(step);
            }
        }
        return draws;
    }

    private List<Integer> eosIds() {
        return rows.all().stream()
                .flatMap(row -> row.text.request().decoding().eosIds().stream())
                .distinct()
                .toList();
    }

    /** Returns a row's token of the step that is delivered now. */
    SampledToken deliver(LoopRow row) {
        SampledBlock block = Objects.requireNonNull(precomputed);
        return row.text.append(block.id(deliveredSteps, row.column), block.logProbability(deliveredSteps, row.column));
    }

    /** Ends a step when all rows have received their tokens. If no row is left, the other steps are wasted. */
    void delivered() {
        if (precomputed != null && (++deliveredSteps == precomputed.steps() || rows.isEmpty())) {
            precomputed = null;
        }
    }
}
