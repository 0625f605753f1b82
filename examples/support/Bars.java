package support;

import io.github.gpt2djl.Gpt2;

/** Bars in a terminal. */
public final class Bars {
    private static final String EIGHTHS = " ▏▎▍▌▋▊▉";

    private Bars() {}

    /** A bar of a share, 0 to 1, of so many columns. */
    public static String bar(double share, int width) {
        int eighths = (int) Math.round(share * width * 8);
        String bar = "█".repeat(eighths / 8);
        return eighths % 8 == 0 ? bar : bar + EIGHTHS.charAt(eighths % 8);
    }

    /** A token of a model, as {@link #quote(String)} shows it. */
    public static String quote(Gpt2 gpt2, int id) {
        return quote(gpt2.decode(id));
    }

    /** A token as it can be printed on one line: quoted, its spaces visible. */
    public static String quote(String token) {
        return '"' + token.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r") + '"';
    }
}
