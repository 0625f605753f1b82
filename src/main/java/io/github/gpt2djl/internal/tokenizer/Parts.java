package io.github.gpt2djl.internal.tokenizer;

/**
 * Cuts a long text at places where GPT-2's regular expression always cuts it.
 *
 * <p>A space or line break after a letter, a digit or an ASCII sign always begins a new piece. Of the expression's
 * alternatives, only runs of white space have such a character behind their first one. The text before the place is
 * matched from the left without the space or line break, because the lookahead only follows white space.
 *
 * @see <a href="https://github.com/openai/gpt-2/blob/master/src/encoder.py">the expression</a>
 */
final class Parts {
    private Parts() {}

    /**
     * Returns the end of the part that begins at an index: such a place, or the end of the text.
     *
     * @param least the minimum length of the part
     */
    static int end(String text, int from, int least) {
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
