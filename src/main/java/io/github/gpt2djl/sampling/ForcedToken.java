package io.github.gpt2djl.sampling;

import java.util.Arrays;
import java.util.List;

/**
 * Forces a token at one position of the text by banning all others (transformers' ForcedBOSTokenLogitsProcessor and
 * ForcedEOSTokenLogitsProcessor).
 *
 * <p>The tenth and last token is 2:
 *
 * <pre>{@code
 * float[] scores = {5, 5, 1};
 * new ForcedToken(List.of(2), ForcedToken.Place.LAST).process(scores, new TokenSequence(new int[9], 9, 1, 10));
 * System.out.println(Arrays.toString(scores)); // [-Infinity, -Infinity, 0.0]
 * }</pre>
 *
 * @param ids the tokens allowed there, all equally likely
 * @param place the second position of the text, or its last
 */
public record ForcedToken(List<Integer> ids, Place place) implements LogitsProcessor {
    /** The position of the forced token. */
    public enum Place {
        /** The second position, after a prompt of one id. */
        SECOND,
        /** The position at which the text reaches its maximum length. */
        LAST
    }

    /**
     * Copies the list.
     *
     * @param ids copied
     * @param place the position of the token
     */
    public ForcedToken {
        ids = List.copyOf(ids);
    }

    @Override
    public void process(float[] scores, TokenSequence text) {
        int at = place == Place.SECOND ? 1 : text.maxLength() - 1;
        if (text.length() == at) {
            Arrays.fill(scores, Float.NEGATIVE_INFINITY);
            ids.forEach(id -> scores[id] = 0);
        }
    }
}
