package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.Gpt2;
import java.util.Locale;

/** Tokens in visible form: with signs for spaces and line breaks, and without terminal control characters. */
final class Visible {
    private Visible() {}

    /** Returns a token's text, or #ID without a tokenizer. */
    static String token(Gpt2 gpt2, int id) {
        return gpt2.hasTokenizer() ? text(gpt2.decode(id)) : "#" + id;
    }

    static String text(String text) {
        return line(text).replace(' ', '␣');
    }

    /** Returns a text in one line, with its spaces unchanged. */
    static String line(String text) {
        StringBuilder visible = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (c == '\n') {
                visible.append('↵');
            } else if (c == '\t') {
                visible.append('⇥');
            } else if (steers(c)) {
                visible.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                visible.appendCodePoint(c);
            }
        });
        return visible.toString();
    }

    /** Returns the number of columns that a text takes in a terminal: two for ideographs and emoji. */
    static int width(String text) {
        return text.codePoints()
                .map(c -> Character.isIdeographic(c)
                                || c >= 0x1F000
                                || Character.UnicodeScript.of(c) == Character.UnicodeScript.HANGUL
                        ? 2
                        : 1)
                .sum();
    }

    private static boolean steers(int c) {
        int type = Character.getType(c);
        return Character.isISOControl(c)
                || type == Character.FORMAT
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }
}
