package io.github.gpt2djl.sampling;

import java.util.List;

/**
 * Bans tokens at the first new position (transformers' SuppressTokensAtBeginLogitsProcessor).
 *
 * <pre>{@code
 * float[] scores = {2, 2, 2};
 * new SuppressedAtBegin(List.of(0)).process(scores, new TokenSequence(new int[] {1}, 1, 1, 10));
 * System.out.println(Arrays.toString(scores)); // [-Infinity, 2.0, 2.0]
 * }</pre>
 *
 * @param ids the banned tokens
 */
public record SuppressedAtBegin(List<Integer> ids) implements LogitsProcessor {
    /**
     * Copies the list.
     *
     * @param ids copied
     */
    public SuppressedAtBegin {
        ids = List.copyOf(ids);
    }

    @Override
    public void process(float[] scores, TokenSequence text) {
        if (text.length() == text.promptLength()) {
            ids.forEach(id -> scores[id] = Float.NEGATIVE_INFINITY);
        }
    }
}
