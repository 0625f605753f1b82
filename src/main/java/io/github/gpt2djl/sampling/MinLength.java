package io.github.gpt2djl.sampling;

import java.util.List;

/**
 * Bans the end-of-text tokens while the text is too short (transformers' MinLengthLogitsProcessor and
 * MinNewTokensLengthLogitsProcessor).
 *
 * <p>Token 2 cannot end a text of fewer than five new tokens:
 *
 * <pre>{@code
 * float[] scores = {2, 2, 2};
 * new MinLength(0, 5, List.of(2)).process(scores, new TokenSequence(new int[] {0, 1}, 2, 1, 10));
 * System.out.println(Arrays.toString(scores)); // [2.0, 2.0, -Infinity]
 * }</pre>
 *
 * @param length minimum number of ids, prompt included
 * @param newTokens minimum number of new ids
 * @param eosIds the ids that end a text
 */
public record MinLength(int length, int newTokens, List<Integer> eosIds) implements LogitsProcessor {
    /**
     * Copies the list and checks the range.
     *
     * @param length at least 0
     * @param newTokens at least 0
     * @param eosIds copied
     * @throws IllegalArgumentException if a length is negative
     */
    public MinLength {
        eosIds = List.copyOf(eosIds);
        if (length < 0 || newTokens < 0) {
            throw new IllegalArgumentException(
                    "minLength is " + length + " and minNewTokens is " + newTokens + ", expected 0 or more");
        }
    }

    @Override
    public void process(float[] scores, TokenSequence text) {
        if (text.length() < length || text.length() - text.promptLength() < newTokens) {
            eosIds.forEach(id -> scores[id] = Float.NEGATIVE_INFINITY);
        }
    }
}
