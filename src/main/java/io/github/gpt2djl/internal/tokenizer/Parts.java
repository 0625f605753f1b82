package io.github.gpt2djl.internal.tokenizer;

/**
 * Cuts a long text where GPT-2's regular expression cuts it, whatever else it says.
 *
 * <p>A space or line break after a letter, a digit or an ASCII sign always begins a new piece: of the expression's
 * alternatives only runs of white space have such a character behind their first one. What comes before is matched from
 * the left without it, for the lookahead only follows white space.
 *
 * @see <a href="https://github.com/openai/gpt-2/blob/master/src/encoder.py">the expression</a>
 */
public final class Parts {
    private Parts() {}

    /**
     * Where the part that begins at an index ends: at such a place, or at the end of the text.
     *
     * @param least its least length
     */
    public static int end(String text, int from, int least) {
        for (int i = from + least; i < text.length(); i++) {
            char c = text.charAt(i);
            char before = text.charAt(i - 1);
            if ((c == ' ' || c == '\n') && (Character.isLetterOrDigit(before) || (before >= '!' && before <= '~'))) {
                return i;
            }
        }
        return text.length();
    }
}
