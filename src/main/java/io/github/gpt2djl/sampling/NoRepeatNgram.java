package io.github.gpt2djl.sampling;

/**
 * Bans each token that would repeat an n-gram of the text, prompt included (Paulus et al. 2017; transformers'
 * NoRepeatNGramLogitsProcessor).
 *
 * <p>After 0 1 0, another 1 would repeat 0 1:
 *
 * <pre>{@code
 * float[] scores = {2, 2, 2};
 * new NoRepeatNgram(2).process(scores, new TokenSequence(new int[] {0, 1, 0}, 3, 1, 10));
 * System.out.println(Arrays.toString(scores)); // [2.0, -Infinity, 2.0]
 * }</pre>
 *
 * @param size n, at least 1; 1 bans every token that has occurred
 */
public record NoRepeatNgram(int size) implements LogitsProcessor {
    /**
     * Checks the range.
     *
     * @param size at least 1
     * @throws IllegalArgumentException if {@code size} is less than 1
     */
    public NoRepeatNgram {
        if (size < 1) {
            throw new IllegalArgumentException("noRepeatNgramSize is " + size + ", expected at least 1");
        }
    }

    @Override
    public void process(float[] scores, TokenSequence text) {
        int prefix = size - 1;
        for (int end = prefix; end < text.length(); end++) {
            if (same(text, end - prefix, text.length() - prefix, prefix)) {
                scores[text.id(end)] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    private static boolean same(TokenSequence text, int a, int b, int count) {
        for (int i = 0; i < count; i++) {
            if (text.id(a + i) != text.id(b + i)) {
                return false;
            }
        }
        return true;
    }
}
