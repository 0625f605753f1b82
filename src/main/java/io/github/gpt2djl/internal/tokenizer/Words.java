package io.github.gpt2djl.internal.tokenizer;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Counts how often each word of texts occurs. GPT-2's regular expression cuts the words.
 *
 * <p>Hugging Face's tokenizers cuts at the same places. With Java's flag for it, {@code \s} is Unicode's white space.
 * Letters and numbers are equal, except for characters that are newer than the JDK's Unicode (13.0 in JDK 17), which
 * Java treats as signs.
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
     * @param border a text that ends a text within a text, and belongs to neither
     */
    public static Map<String, Long> count(Iterable<String> texts, String border) {
        Map<String, Long> counts = new HashMap<>();
        for (String text : texts) {
            Surrogates.check(text);
            Matcher words = WORD.matcher(text);
            for (int from = 0, to; from <= text.length(); from = to + border.length()) {
                int next = text.indexOf(border, from);
                to = next < 0 ? text.length() : next;
                // The lookahead also treats a region's end as a text's end.
                words.region(from, to);
                while (words.find()) {
                    counts.merge(words.group(), 1L, Long::sum);
                }
            }
        }
        return counts;
    }
}
