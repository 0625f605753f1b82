package io.github.gpt2djl.internal.tokenizer;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The words of texts, cut by GPT-2's regular expression, and how often each occurs.
 *
 * <p>Hugging Face's tokenizers cut at the same places: with Java's flag for it, {@code \s} is Unicode's white space, and
 * letters and numbers are the same but for characters that are newer than the JDK's Unicode (13.0 in JDK 17), which
 * Java takes for signs.
 *
 * @see <a href="https://github.com/openai/gpt-2/blob/master/src/encoder.py">the expression</a>
 */
public final class Words {
    private static final Pattern WORD = Pattern.compile(
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            Pattern.UNICODE_CHARACTER_CLASS);

    private Words() {}

    /**
     * Counts the words of all texts.
     *
     * @param border ends a text within a text, and belongs to neither
     */
    public static Map<String, Long> count(Iterable<String> texts, String border) {
        Map<String, Long> counts = new HashMap<>();
        for (String text : texts) {
            Surrogates.check(text);
            Matcher words = WORD.matcher(text);
            for (int from = 0, to; from <= text.length(); from = to + border.length()) {
                int next = text.indexOf(border, from);
                to = next < 0 ? text.length() : next;
                // A region's end is a text's end to the lookahead, too.
                words.region(from, to);
                while (words.find()) {
                    counts.merge(words.group(), 1L, Long::sum);
                }
            }
        }
        return counts;
    }
}
