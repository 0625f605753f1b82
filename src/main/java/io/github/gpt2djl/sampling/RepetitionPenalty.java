package io.github.gpt2djl.sampling;

import java.util.BitSet;

/**
 * Makes each token that has occurred less likely: a negative score is multiplied by the penalty, any other is divided
 * by it (Keskar et al. 2019, CTRL; transformers' RepetitionPenaltyLogitsProcessor). The prompt counts.
 *
 * <pre>{@code
 * float[] scores = {2, -2, 3};
 * new RepetitionPenalty(2).process(scores, new TokenSequence(new int[] {0, 1}, 2, 1, 10));
 * System.out.println(Arrays.toString(scores)); // [1.0, -4.0, 3.0]
 * }</pre>
 *
 * @param penalty above 0, from 1.2E-38 to 3.4E38, as scores are 32-bit floats; 1 changes nothing, less than 1 favours
 *     repetition
 */
public record RepetitionPenalty(double penalty) implements LogitsProcessor {
    /**
     * Checks the range.
     *
     * @param penalty above 0
     * @throws IllegalArgumentException if {@code penalty} is out of range
     */
    public RepetitionPenalty {
        if (!(penalty >= Float.MIN_NORMAL && penalty <= Float.MAX_VALUE)) {
            throw new IllegalArgumentException("repetitionPenalty is " + penalty
                    + ", expected above 0, from 1.2E-38 to 3.4E38, where 1 changes nothing");
        }
    }

    @Override
    public void process(float[] scores, TokenSequence text) {
        float by = (float) penalty;
        BitSet seen = new BitSet(scores.length);
        for (int i = 0; i < text.length(); i++) {
            int id = text.id(i);
            if (!seen.get(id)) {
                seen.set(id);
                scores[id] = scores[id] < 0 ? scores[id] * by : scores[id] / by;
            }
        }
    }
}
