package io.github.gpt2djl.internal.checkpoint;

import java.util.regex.Pattern;

/** Regular expressions of Python in an adapter's configuration, for the names of layers. */
public final class NamePattern {
    /** A name has some 50 letters; a hostile expression tries them in more ways than there are atoms. */
    private static final int MOST_STEPS = 1_000_000;

    private NamePattern() {}

    /**
     * Whether a whole name matches, as Python's re.fullmatch.
     *
     * @throws IllegalArgumentException if the expression is none of Java's, or takes too long
     */
    public static boolean matches(String expression, String name) {
        // The two ways to write a group's name.
        String java = expression.replace("(?P<", "(?<").replaceAll("\\(\\?P=(\\w+)\\)", "\\\\k<$1>");
        try {
            return Pattern.compile(java).matcher(new Counted(name)).matches();
        } catch (IllegalArgumentException | StackOverflowError e) {
            throw new IllegalArgumentException(
                    "found the regular expression " + expression + ", expected one that Java understands: "
                            + e.getMessage(),
                    e);
        }
    }

    /** Whether the end of a name matches that begins it or follows a dot. */
    public static boolean matchesEnd(String expression, String name) {
        return matches("(?:.*\\.)?(?:" + expression + ")", name);
    }

    /** Whether a name that begins it or follows a dot matches, and is followed by a dot or nothing. */
    public static boolean matchesPart(String expression, String name) {
        return matches("(?:.*\\.)?(?:" + expression + ")(?:\\..*)?", name);
    }

    /** A text that is read only so often. */
    private static final class Counted implements CharSequence {
        private final String text;
        private int steps;

        Counted(String text) {
            this.text = text;
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (++steps > MOST_STEPS) {
                throw new IllegalArgumentException("it takes more than " + MOST_STEPS + " steps for " + text);
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
